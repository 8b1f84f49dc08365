import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = temporaryFolder();

/** What the default recipe must reach within 300k steps (CartPole: 100k): mean return of the final evaluation. */
const FLOORS: readonly [env: string, floor: number, steps: string][] = [
  ["CartPole-v1", 475, "100k"],
  ["InvertedPendulum-v5", 950, "300k"],
  ["InvertedDoublePendulum-v5", 5000, "300k"],
  ["Reacher-v5", -8, "300k"],
  ["Swimmer-v5", 40, "300k"],
  ["Hopper-v5", 1500, "300k"],
  ["Walker2d-v5", 1000, "300k"],
  ["HalfCheetah-v5", 1500, "300k"],
  ["Ant-v5", 500, "300k"],
  ["Humanoid-v5", 350, "300k"],
  ["HumanoidStandup-v5", 60_000, "300k"],
  ["Pusher-v5", -60, "300k"],
];

describe("the default recipe learns every environment", () => {
  it.each(FLOORS)("%s beyond %d within %s steps", (env, floor, steps) => {
    const run = join(folder, env);
    const argv = [
      main,
      "train",
      "ppo",
      "--env",
      env,
      "--total-timesteps",
      steps,
      "--run-dir",
      run,
      "--quiet",
    ];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { eval_mean_return: reached } = JSON.parse(readFileSync(join(run, "result.json"), "utf8")) as {
      eval_mean_return: number;
    };
    expect(reached).toBeGreaterThanOrEqual(floor);
  });
});
