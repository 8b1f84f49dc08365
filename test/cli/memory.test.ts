import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = temporaryFolder();
const run = join(folder, "run");

function refusal(program: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(existsSync(run)).toBe(false);
  return stderr;
}

describe("memory that is not to be had ends a run with a sentence before anything is written", () => {
  const train = [main, "train", "ppo", "--env", "CartPole", "--run-dir", run];

  it("of a rollout beyond the shared memory's limit, with how much it would need", () => {
    // 4 observations of 4 bytes for each of 10^8 steps and 8 environments: 12.8 GB, and as much again for final ones.
    const message = refusal(process.execPath, ...train, "--num-envs", "8", "--num-steps", "100M");
    const [, mebibytes] = /^error: The rollout would bring the shared memory to (\d+) MiB; /.exec(message)!;
    expect(Number(mebibytes)).toBeGreaterThanOrEqual(25.6e9 / 2 ** 20);
    expect(message).toMatch(/; its limit is 2048 MiB\. Choose a smaller rollout, minibatch or network\.\n$/);
  });

  it.skipIf(process.platform !== "linux")("of a system that gives no more addresses", () => {
    const node = [process.execPath, ...train].map((part) => `'${part}'`).join(" ");
    const message = refusal("sh", "-c", `ulimit -v 4000000; exec ${node}`);
    expect(message).toMatch(
      /^error: The system refuses a shared memory of \d+ MiB; raise its limit [^\n]+\.\n$/,
    );
  });

  it.skipIf(process.platform !== "linux")("of a system that has none for the engine", () => {
    const node = [process.execPath, ...train.with(4, "Hopper")].map((part) => `'${part}'`).join(" ");
    const message = refusal("sh", "-c", `ulimit -v 4000000; exec ${node}`);
    expect(message).toMatch(
      /error: The system refuses the memory that MuJoCo asks for; raise its limit [^\n]+\.\n$/,
    );
  });
});
