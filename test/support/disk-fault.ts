import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const failingDisk = new URL("failing-disk.mjs", import.meta.url).href;

/** A short run of four iterations that saves after each, evaluates after the second and the last, and forgets early checkpoints. */
const ARGV = [
  ...[
    "train",
    "ppo",
    "--env",
    "InvertedPendulum",
    "--seed",
    "3",
    "--total-timesteps",
    "512",
    "--threads",
    "1",
  ],
  ...["--num-envs", "2", "--set", "num_steps=64", "--set", "hidden_sizes=[8]", "--set", "epochs=1"],
  ...["--checkpoint-every", "128", "--keep-checkpoints", "2", "--eval-every", "256", "--eval-episodes", "1"],
];

/** What is to happen at one of the operations that change the run directory: see failing-disk.mjs. */
export interface DiskFault {
  readonly at: number;
  /** An error code, "vanish" or "heap". */
  readonly kind: string;
  /** Later operations succeed again. */
  readonly once?: boolean;
}

export interface ProgramEnd {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** Trains, or goes on where there is a run already, to the end or to the fault. */
export function runWithFault(run: string, fault?: DiskFault): ProgramEnd {
  const preload = ["--import", failingDisk, ...(fault?.kind === "heap" ? ["--max-old-space-size=96"] : [])];
  return program(run, fault === undefined ? [] : preload, {
    FAULT_UNDER: run,
    FAULT_AT: String(fault?.at),
    FAULT_KIND: fault?.kind,
    FAULT_ONCE: fault?.once ? "1" : "0",
  });
}

/** How many operations an undisturbed run has. */
export function countOperations(run: string): number {
  const count = `${run}.count`;
  const { status, stderr } = program(run, ["--import", failingDisk], {
    FAULT_UNDER: run,
    FAULT_COUNT: count,
  });
  if (status !== 0) throw new Error(`The run ended with ${status}: ${stderr}`);
  return Number(readFileSync(count, "utf8"));
}

function program(
  run: string,
  options: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ProgramEnd {
  const isRun = existsSync(join(run, "manifest.json")) && existsSync(join(run, "config.yaml"));
  const argv = isRun ? ["train", "--resume", run] : [...ARGV, "--run-dir", run];
  const { status, signal, stderr } = spawnSync(process.execPath, [...options, main, ...argv, "--quiet"], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, signal, stderr };
}
