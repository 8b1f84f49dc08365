import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RlAdanError } from "../../src/errors.js";
import { outcomeOf, resumeRun, trainRun } from "../../src/train.js";
import { resolveTrainConfig } from "../../src/train-config.js";
import { countedOperations, type DiskFault, injectDiskFault } from "./failing-disk.mjs";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const failingDisk = new URL("failing-disk.mjs", import.meta.url).href;

/** A short run of four iterations that saves after each, evaluates after the second and the last, and keeps two checkpoints. */
const SETTINGS = {
  env: "InvertedPendulum",
  seed: 3,
  total_timesteps: 512,
  threads: 1,
  num_envs: 2,
  num_steps: 64,
  hidden_sizes: [8],
  epochs: 1,
  checkpoint_every: 128,
  keep_last: 2,
  eval_every: 256,
  eval_episodes: 1,
} as const;
const NO_FAULT: DiskFault = { at: Number.POSITIVE_INFINITY, kind: "ENOSPC" };

/** Trains in this process, or goes on where there is a run already; resolves with the sentence that it ended with, if any. */
export async function trainHere(
  run: string,
  fault: DiskFault = NO_FAULT,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string | undefined> {
  const { config } = resolveTrainConfig({ algorithm: "ppo", flags: { ...SETTINGS, ...settings } });
  injectDiskFault(run, fault);
  try {
    await (isRun(run)
      ? outcomeOf(resumeRun({ runDirectory: run }))
      : outcomeOf(trainRun({ config, runDirectory: run })));
    return undefined;
  } catch (error) {
    if (error instanceof RlAdanError) return error.message;
    throw error;
  } finally {
    injectDiskFault("", NO_FAULT);
  }
}

/** How many operations that change its files a run has that nothing disturbs. */
export async function countOperations(run: string): Promise<number> {
  const { config } = resolveTrainConfig({ algorithm: "ppo", flags: SETTINGS });
  injectDiskFault(run, NO_FAULT);
  await outcomeOf(trainRun({ config, runDirectory: run }));
  return countedOperations();
}

/** Does it in a program of its own: `rl-adan train`. nodeOptions: more for Node itself. */
export function trainThere(run: string, fault?: DiskFault, nodeOptions: readonly string[] = []) {
  const settings = Object.entries(SETTINGS).flatMap(([key, value]) => [
    "--set",
    `${key}=${JSON.stringify(value)}`,
  ]);
  const argv = isRun(run) ? ["--resume", run] : ["ppo", ...settings, "--run-dir", run];
  const orders = fault === undefined ? {} : { DISK_FAULT: JSON.stringify({ under: run, ...fault }) };
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ["--import", failingDisk, ...nodeOptions, main, "train", ...argv, "--quiet"],
    { encoding: "utf8", env: { ...process.env, ...orders } },
  );
  return { status, signal, stderr };
}

function isRun(run: string): boolean {
  return existsSync(join(run, "manifest.json")) && existsSync(join(run, "config.yaml"));
}
