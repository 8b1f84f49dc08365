import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Pcg64 } from "../../src/random/pcg64.js";
import { resultOf } from "./killed-run.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

/** Four runs of twelve iterations that save after each, so that many kills fall into a checkpoint. */
const ARGV = [
  ...["sweep", "ppo", "--env", "Pendulum", "--optimizer", "adan,adam", "--seeds", "0-1"],
  ...["--total-timesteps", String(12 * 256), "--set", "num_envs=2", "--set", "num_steps=128"],
  ...["--set", "hidden_sizes=[16]", "--set", "epochs=2", "--set", "checkpoint_every=256"],
  ...["--set", "eval_every=1024", "--set", "eval_episodes=1", "--jobs", "2"],
];
/** A kill comes at most so long after the first run began or the kill before: into its start, its training, its end. */
const MAX_MILLISECONDS = 1000;

interface Event {
  readonly event: string;
  readonly state?: string;
  readonly pid?: number | null;
  readonly crashes?: number;
  readonly runDirectory?: string;
}

/** A sweep under way, and what it tells. */
export class RunningSweep {
  readonly events: Event[] = [];
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;

  constructor(argv: readonly string[]) {
    this.child = spawn(process.execPath, [main, ...argv, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.events.push(JSON.parse(line) as Event);
    });
    this.exit = once(this.child, "close").then(([code]) => code as number | null);
  }

  /** Waits for an event that fits; false when the sweep has ended without one. */
  async has(fits: (event: Event) => boolean): Promise<boolean> {
    const isOver = this.exit.then(() => true);
    while (!this.events.some(fits))
      if (await Promise.race([isOver, sleep(5, false)])) return this.events.some(fits);
    return true;
  }

  /** The processes that train at present. */
  get pids(): number[] {
    const last = new Map(this.events.map((event) => [event.runDirectory, event]));
    return [...last.values()].flatMap(({ state, pid }) => (state === "running" && pid ? [pid] : []));
  }
}

/** Sweeps without a disturbance. */
export function undisturbedSweep(folder: string): string {
  const root = join(folder, "undisturbed");
  const { status, stderr } = spawnSync(process.execPath, [main, ...ARGV, "--runs-root", root], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The sweep ended with ${status}: ${stderr}`);
  return root;
}

/**
 * Sweeps the same with kill -9 at random moments, of one of its runs and then of the sweep itself; the same command again each
 * time, until it ends by itself. Returns the runs' folder, how many kills it took, and how often each run was told to be finished.
 */
export async function killedSweep(
  folder: string,
  seed: number,
  kills: { readonly sweeps: number; readonly runs: number },
): Promise<{ root: string; kills: { sweeps: number; runs: number }; finished: Map<string, number> }> {
  const root = join(folder, `killed-${seed}`);
  const random = new Pcg64(seed);
  const done = { sweeps: 0, runs: 0 };
  const finished = new Map<string, number>();
  for (;;) {
    const sweep = new RunningSweep([...ARGV, "--runs-root", root]);
    await sweep.has(({ state }) => state === "running");
    for (const [victim, most] of Object.entries(kills) as ["runs" | "sweeps", number][]) {
      await Promise.race([sweep.exit, sleep(random.uniform(0, MAX_MILLISECONDS))]);
      const pid = victim === "runs" ? sweep.pids[0] : sweep.child.pid;
      if (done[victim] < most && pid !== undefined) done[victim] += kill(pid);
    }
    const code = await sweep.exit;
    for (const { state, runDirectory } of sweep.events) {
      if (state === "finished") finished.set(runDirectory!, (finished.get(runDirectory!) ?? 0) + 1);
    }
    if (code === 0) return { root, kills: done, finished };
    if (code !== null) throw new Error(`The sweep ended by itself with ${code}.`);
  }
}

/** What must be equal of each run, by folder; which older checkpoints are left depends on when a run was stopped. */
export function resultsOf(root: string): Record<string, Omit<ReturnType<typeof resultOf>, "checkpoints">> {
  return Object.fromEntries(
    readdirSync(root)
      .sort()
      .map((name) => {
        const { checkpoints: _, ...result } = resultOf(join(root, name));
        return [name, result];
      }),
  );
}

/** 1, or 0 when the process has ended by itself. */
function kill(pid: number): number {
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch {
    return 0;
  }
}
