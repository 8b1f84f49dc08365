import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rl-adan-cli-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ["--env", "Pendulum", "--set", "hidden_sizes=[8]", "--set", "epochs=2", "--eval-episodes", "2"];

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program, in a folder of its own; `watch` sees the output as it grows. */
function rlAdan(
  argv: readonly string[],
  watch?: (stdout: string, program: ChildProcess) => void,
): Promise<Finished> {
  const program = spawn(process.execPath, [main, ...argv], { cwd: folder });
  let [stdout, stderr] = ["", ""];
  program.stdout.on("data", (data) => {
    stdout += data;
    watch?.(stdout, program);
  });
  program.stderr.on("data", (data) => {
    stderr += data;
  });
  return new Promise((resolve) => program.on("close", (status) => resolve({ status, stdout, stderr })));
}

function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("train", () => {
  test("learns in a new folder under --runs-root, and eval repeats its evaluation", async () => {
    const trained = await rlAdan([
      "train",
      "ppo",
      ...SMALL,
      "--total-timesteps",
      "4k",
      "--runs-root",
      "out",
      "--quiet",
    ]);
    expect(trained).toEqual({ status: 0, stdout: "", stderr: "" });
    const [name, ...others] = readdirSync(join(folder, "out"));
    expect(others).toEqual([]);
    expect(name).toMatch(/^Pendulum-v1__ppo-adan__1__\d+$/);
    const run = join("out", name!);
    const result = JSON.parse(readFileSync(join(folder, run, "result.json"), "utf8"));
    expect(result).toMatchObject({
      env: "Pendulum-v1",
      algorithm: "ppo",
      optimizer: "adan",
      total_timesteps: 4096,
    });

    const evaluated = await rlAdan(["eval", run, "--episodes", "2", "--json"]);
    expect(evaluated).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(evaluated.stdout)).toMatchObject({
      env: "Pendulum-v1",
      step: 4096,
      episodes: 2,
      mean_return: result.eval_mean_return,
      std_return: result.eval_std_return,
    });
  });

  test("tells notes, and refuses a folder that is in use", async () => {
    const argv = ["train", "ppo", ...SMALL, "--total-timesteps", "1", "--num-envs", "4", "--run-dir", "mine"];
    const first = await rlAdan(argv);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toContain(
      "note: num_steps is 512, which keeps the rollout of 2048 steps (8 × 256).",
    );
    expect(await rlAdan(argv)).toEqual({
      status: 1,
      stdout: "",
      stderr: "error: mine holds a finished run; choose another --run-dir.\n",
    });
  });

  test("runs the random baseline", async () => {
    const { status, stdout } = await rlAdan([
      "train",
      "random",
      "--env",
      "Pendulum",
      "--total-timesteps",
      "500",
      "--json",
    ]);
    expect(status).toBe(0);
    expect(events(stdout).at(-1)).toMatchObject({
      event: "finished",
      result: { algorithm: "random", optimizer: null },
    });
  });

  // Windows has no SIGINT to send to another process.
  test.skipIf(process.platform === "win32")(
    "stops with a checkpoint on Ctrl-C, and --resume takes it up",
    async () => {
      let isSent = false;
      const interrupted = await rlAdan(
        ["train", "ppo", ...SMALL, "--total-timesteps", "100M", "--run-dir", "cut", "--json"],
        (stdout, program) => {
          if (isSent || !stdout.includes('"event":"iteration"')) return;
          isSent = true;
          program.kill("SIGINT");
        },
      );
      expect(interrupted.status).toBe(130);
      expect(interrupted.stderr).toContain("once more to stop at once");
      const last = events(interrupted.stdout).at(-1) as {
        event: string;
        step: number;
        resumeCommand: string;
      };
      expect(last).toMatchObject({ event: "interrupted" });
      expect(last.resumeCommand).toContain("train --resume");
      expect(existsSync(join(folder, "cut", "result.json"))).toBe(false);

      const budget = last.step + 2048;
      const resumed = await rlAdan([
        "train",
        "--resume",
        "cut",
        "--total-timesteps",
        String(budget),
        "--json",
      ]);
      expect(resumed).toMatchObject({ status: 0, stderr: "" });
      expect(events(resumed.stdout).at(-1)).toMatchObject({
        event: "finished",
        result: { total_timesteps: budget },
      });
    },
  );
});
