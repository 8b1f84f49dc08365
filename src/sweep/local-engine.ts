import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MUJOCO_VERSION } from "../../envs/mujoco/engine.js";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { Lease } from "../run/lease.js";
import { makeFolders } from "../run/make-folders.js";
import { readManifest } from "../run/manifest.js";
import { isBegun, isFinished } from "../run/run-directory.js";
import { readRunResult } from "../run/run-result.js";
import { checkVersions } from "../run/version-check.js";
import type { RunState, RunStatus, SweepEngine, SweepStatus } from "./engine.js";
import type { SweepPlan, SweepRun } from "./plan.js";
import { RunProcess } from "./run-process.js";
import type { Share } from "./share-cores.js";

const LOOK_AGAIN_MILLISECONDS = 250;
/** What a run needs to save and end after the sweep that began it was killed; a process that writes longer is left to it. */
const PATIENCE_MILLISECONDS = 30_000;
/** A run goes on from its checkpoint after so many crashes; a further one fails it. */
const MAX_CRASHES = 1;
/** What the command line calls wrong in a request: asking again changes nothing. */
const USAGE_EXIT = 2;

/** Where a run stands, while that changes. */
interface Entry {
  readonly run: SweepRun;
  state: RunState;
  process: RunProcess | null;
  crashes: number;
  message: string | null;
}

/** Carries out a sweep in child processes of this one, `jobs` at a time, with `threads` threads each. */
export class LocalEngine implements SweepEngine {
  readonly #jobs: number;
  readonly #threads: number;
  readonly #patience: number;
  #entries: readonly Entry[] = [];
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #end: Promise<void> = Promise.resolve();
  readonly #cancelled = new AbortController();

  /** patience: milliseconds for which runs that another process writes are waited for, once there is nothing else to do. */
  constructor({ jobs, threads, patience = PATIENCE_MILLISECONDS }: Share & { readonly patience?: number }) {
    this.#jobs = jobs;
    this.#threads = threads;
    this.#patience = patience;
  }

  /** Throws RlAdanError where the runs' folder can't be made. */
  async submit({ runs }: SweepPlan): Promise<void> {
    for (const root of new Set(runs.map(({ directory }) => dirname(directory.path)))) {
      describeDiskError(root, () => makeFolders(root));
    }
    this.#entries = runs.map((run) => ({ run, state: "waiting", process: null, crashes: 0, message: null }));
    for (const entry of this.#entries) if (isFinished(entry.run.directory)) settle(entry);
    const workers = Array.from({ length: this.#jobs }, () => this.#work());
    this.#end = Promise.all(workers).then(
      () => {
        this.#isOver = true;
      },
      async (error: unknown) => {
        this.#failure = { error };
        this.#stopAll();
        await Promise.allSettled(workers);
        this.#isOver = true;
      },
    );
  }

  async status(): Promise<SweepStatus> {
    if (this.#isOver && this.#failure !== undefined) throw this.#failure.error;
    return { runs: this.#entries.map(statusOf), isOver: this.#isOver };
  }

  async cancel(): Promise<void> {
    this.#stopAll();
    await this.#end;
  }

  /** Ends every run at once; what was saved last stays. */
  kill(): void {
    this.#cancelled.abort();
    for (const { process } of this.#entries) process?.kill();
  }

  #stopAll(): void {
    this.#cancelled.abort();
    for (const { process } of this.#entries) process?.stop();
  }

  /** One run after the other, then those that another process had. */
  async #work(): Promise<void> {
    const { signal } = this.#cancelled;
    let patience = this.#patience;
    while (!signal.aborted) {
      const next = this.#entries.find(({ state }) => state === "waiting") ?? this.#freed();
      if (next !== undefined) await this.#carryOut(next);
      else if (patience > 0 && this.#entries.some(({ state }) => state === "in-use")) {
        await sleep(LOOK_AGAIN_MILLISECONDS, undefined, { signal }).catch(() => {});
        patience -= LOOK_AGAIN_MILLISECONDS;
      } else return;
    }
  }

  #freed(): Entry | undefined {
    return this.#entries.find(({ state, run }) => state === "in-use" && isFree(run));
  }

  /** What can't be read of one run is no affair of the others. */
  async #carryOut(entry: Entry): Promise<void> {
    try {
      await this.#train(entry);
    } catch (error) {
      if (!(error instanceof RlAdanError)) throw error;
      become(entry, "failed", error.message);
    }
  }

  async #train(entry: Entry): Promise<void> {
    const { run } = entry;
    for (;;) {
      const holder = Lease.holder(run.directory.path);
      if (holder !== undefined) return become(entry, "in-use", holder);
      if (settle(entry)) return;
      entry.state = "running";
      try {
        entry.process = new RunProcess(nextArgv(run, this.#threads));
      } catch (error) {
        // A command line that is too long for the system, above all.
        return become(entry, "failed", `It could not be started: ${(error as Error).message}.`);
      }
      const { code, message } = await entry.process.end;
      entry.process = null;
      if (isFinished(run.directory)) return void settle(entry);
      if (this.#cancelled.signal.aborted) return become(entry, "interrupted");
      if (code === USAGE_EXIT) return become(entry, "failed", message);
      // Refused by another process's lease: the next look finds it.
      if (Lease.holder(run.directory.path) !== undefined) continue;
      entry.crashes += 1;
      entry.message = message;
      if (entry.crashes > MAX_CRASHES) return become(entry, "failed", message);
    }
  }
}

/** What `rl-adan` is told next to have a run finished. */
export function nextArgv(run: SweepRun, threads: number): string[] {
  const { argv, resumeArgv, directory } = run;
  return [...(isBegun(directory) ? resumeArgv : argv), "--threads", String(threads)];
}

/** A lease that can't be read holds nobody up: the next look says why. */
function isFree({ directory }: SweepRun): boolean {
  try {
    return Lease.holder(directory.path) === undefined;
  } catch {
    return true;
  }
}

/** What was said of a crash stays; that a run was in use does not. */
function become(entry: Entry, state: RunState, message: string | null = null): void {
  entry.message = message ?? (entry.state === "in-use" ? null : entry.message);
  entry.state = state;
}

/** Whether the folder's run needs no training: it is finished, or is not the one that the sweep wants. */
function settle(entry: Entry): boolean {
  const stranger = strangeness(entry.run);
  if (stranger !== undefined) become(entry, "failed", stranger);
  else if (isFinished(entry.run.directory)) become(entry, "finished");
  else return false;
  return true;
}

/**
 * Why what lies in the run's folder is no use to the sweep: it is damaged, of another version, or another run by now (resumed by hand
 * with a larger budget, say). undefined where it is the one, or none.
 */
export function strangeness({ directory, runHash }: SweepRun): string | undefined {
  if (!isFinished(directory) && !isBegun(directory)) return undefined;
  try {
    const manifest = readManifest(directory);
    if (isFinished(directory)) readRunResult(directory);
    checkVersions(directory, manifest, { mujoco: MUJOCO_VERSION });
    const { run_hash: found } = manifest;
    if (found === runHash) return undefined;
    return `${directory.path} holds another run by now (hash ${found}); move it away.`;
  } catch (error) {
    if (error instanceof RlAdanError) return error.message;
    throw error;
  }
}

function statusOf({ run, state, process, crashes, message }: Entry): RunStatus {
  return {
    run,
    state,
    pid: process?.pid ?? null,
    progress: process?.progress ?? null,
    crashes,
    message,
  };
}
