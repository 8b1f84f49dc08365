import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Pcg64 } from "../../src/random/pcg64.js";
import { keptScalars } from "./event-reader.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

/** A short run of 24 iterations that saves after each, so that many kills fall into a checkpoint. */
const STEPS = 24 * 256;
const ARGV = [
  ...["train", "ppo", "--env", "InvertedPendulum", "--seed", "3", "--total-timesteps", String(STEPS)],
  ...["--num-envs", "2", "--set", "num_steps=128", "--set", "hidden_sizes=[16]", "--set", "epochs=2"],
  ...["--checkpoint-every", "256", "--eval-every", "1024", "--eval-episodes", "1", "--json"],
];
/** A kill comes so many iterations after a start at most, and so long after that iteration's report. */
const MAX_ITERATIONS = 4;
const MAX_MILLISECONDS = 12;

/** Trains without a disturbance. */
export function undisturbedRun(folder: string): string {
  const run = join(folder, "undisturbed");
  finish(["--run-dir", run]);
  return run;
}

/** Trains the same with kill -9 at random moments, resumed each time; returns the run and how many kills it took. */
export async function killedRun(
  folder: string,
  seed: number,
  kills: number,
): Promise<{ run: string; kills: number }> {
  const run = join(folder, `killed-${seed}`);
  const random = new Pcg64(seed);
  let done = 0;
  while (done < kills && !existsSync(join(run, "result.json"))) {
    const child = spawn(process.execPath, [main, ...argvFor(run)], { stdio: ["ignore", "pipe", "inherit"] });
    const exit = once(child, "exit");
    let iterations = Math.floor(random.uniform(0, MAX_ITERATIONS + 1));
    let text = "";
    for await (const chunk of child.stdout) {
      text += String(chunk);
      const lines = text.split("\n");
      text = lines.pop()!;
      // The first report comes before the first iteration.
      iterations -= lines.length;
      if (iterations < 0) break;
    }
    await sleep(random.uniform(0, MAX_MILLISECONDS));
    child.kill("SIGKILL");
    const [code] = (await exit) as [number | null];
    if (code !== null && code !== 0) throw new Error(`The run ended by itself with ${code}.`);
    if (code === null) done += 1;
  }
  if (!existsSync(join(run, "result.json"))) finish(argvFor(run).slice(1), true);
  return { run, kills: done };
}

/** What must be equal: the last state's bytes, all that was logged but the speed, and that nothing half-written is left. */
export function resultOf(run: string): {
  state: string;
  metrics: string[];
  scalars: string[];
  checkpoints: string[];
  best: string;
} {
  const folder = join(run, "checkpoints");
  const checkpoints = readdirSync(folder).sort();
  return {
    state: readFileSync(join(folder, checkpoints.at(-1)!, "train-state.safetensors"), "base64"),
    metrics: readFileSync(join(run, "metrics.jsonl"), "utf8")
      .replace(/"charts\/SPS": *\d+,/g, "")
      .split("\n"),
    scalars: keptScalars(run),
    checkpoints,
    best: readFileSync(join(run, "best"), "utf8"),
  };
}

/** A run that was killed before it had a manifest is no run yet: its folder is used again. */
function argvFor(run: string): string[] {
  const isRun = existsSync(join(run, "manifest.json")) && existsSync(join(run, "config.yaml"));
  return isRun ? ["train", "--resume", run, "--json"] : [...ARGV, "--run-dir", run];
}

function finish(argv: readonly string[], isResumed = false): void {
  const { status, stderr } = spawnSync(process.execPath, [main, ...(isResumed ? ["train"] : ARGV), ...argv], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The run ended with ${status}: ${stderr}`);
}
