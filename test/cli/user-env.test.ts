import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LINE_MODULE } from "../support/line-env.js";
import { rlAdanIn } from "../support/rl-adan.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

writeFileSync(join(folder, "line.mjs"), LINE_MODULE);

const rlAdan = (...argv: string[]) => rlAdanIn(folder, argv);

describe("a user's own environment", () => {
  const settings = ["--set", "hidden_sizes=[8]", "--set", "num_steps=64", "--num-envs", "4"];

  it("trains in worker threads, goes on and is evaluated, its module named each time", () => {
    const trained = rlAdan(
      "train",
      "ppo",
      "--env",
      "./line.mjs:Line",
      ...settings,
      "--threads",
      "2",
      "--total-timesteps",
      "10240",
      "--run-dir",
      "run",
      "--quiet",
    );
    expect(trained).toEqual({ status: 0, stdout: "", stderr: "" });
    const result = JSON.parse(readFileSync(join(folder, "run", "result.json"), "utf8")) as {
      env: string;
      eval_mean_return: number;
    };
    expect(result.env).toBe("Line");
    // Ten steps of at most 1; a policy that has learned nothing ends near 0.
    expect(result.eval_mean_return).toBeGreaterThan(5);
    const resumed = rlAdan(
      "train",
      "--resume",
      "run",
      "--env",
      "./line.mjs:Line",
      "--total-timesteps",
      "11264",
      "--quiet",
    );
    expect(resumed).toEqual({ status: 0, stdout: "", stderr: "" });
    const evaluated = rlAdan("eval", "run", "--env", "./line.mjs:Line", "--episodes", "1", "--json");
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ env: "Line", step: 11264, mean_length: 10 });
  });

  it("is never imported because a file of the run names it", () => {
    const message =
      "error: The run is of Line, which is not built in; name its module again: --env ./file.js:Line.\n";
    expect(rlAdan("eval", "run")).toEqual({ status: 2, stdout: "", stderr: message });
    expect(rlAdan("train", "--resume", "run", "--total-timesteps", "19999")).toEqual({
      status: 2,
      stdout: "",
      stderr: message,
    });
  });

  it("is refused where a registered id can't stand, or another module's", () => {
    expect(rlAdan("eval", "run", "--env", "Pendulum").stderr).toContain(
      "a run knows its environment; here only a module may be named.",
    );
    writeFileSync(
      join(folder, "other.mjs"),
      readFileSync(join(folder, "line.mjs"), "utf8").replace("class Line", "class Other"),
    );
    expect(rlAdan("eval", "run", "--env", "./other.mjs:Other").stderr).toBe(
      "error: The run is of Line; the module given makes Other.\n",
    );
  });
});
