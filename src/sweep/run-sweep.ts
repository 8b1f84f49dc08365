import { setTimeout as sleep } from "node:timers/promises";
import { readRunResult } from "../run/run-result.js";
import type { RunState, RunStatus, SweepEngine, SweepStatus } from "./engine.js";
import type { SweepPlan } from "./plan.js";

const LOOK_MILLISECONDS = 100;

/** How a run of a sweep ended. */
export interface SweepRunOutcome {
  readonly arm: string | null;
  /** What sets the run apart from the others of its seed. */
  readonly label: string;
  /** The keys that vary besides the arm and the seed, as text. */
  readonly varied: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly runDirectory: string;
  readonly state: RunState;
  readonly crashes: number;
  /** Why it crashed, failed, or is in use. */
  readonly message: string | null;
  /** What `result.json` holds, once it is finished. */
  readonly result: Readonly<Record<string, unknown>> | null;
}

/** "failed": at least one run did not finish, the others did; "interrupted": by request, the same sweep goes on. */
export interface SweepOutcome {
  readonly status: "finished" | "failed" | "interrupted";
  readonly runs: readonly SweepRunOutcome[];
}

/** Is told how a sweep goes. */
export interface SweepReporter {
  /** finished: how many runs of the plan were so before. */
  started(runs: number, finished: number): void;
  /** A run of this sweep came into another state, or crashed; result: what it ended with, once it is finished. */
  changed(run: RunStatus, result: SweepRunOutcome["result"]): void;
  /** Several times a second. */
  looked(status: SweepStatus): void;
  /** The sweep was asked to stop: every run saves and ends. */
  stopping?(): void;
  ended(outcome: SweepOutcome): void;
}

/**
 * Carries out a plan: until every run is finished or given up, or the signal is aborted and all have saved.
 *
 * What is thrown on the way, by the reporter say, ends all runs with a checkpoint first.
 */
export async function runSweep(
  plan: SweepPlan,
  engine: SweepEngine,
  { reporter, signal }: { readonly reporter: SweepReporter; readonly signal: AbortSignal | undefined },
): Promise<SweepOutcome> {
  await engine.submit(plan);
  try {
    const last = await watch(plan, engine, reporter, signal);
    const runs = last.runs.map(outcomeOf);
    const isFinished = runs.every(({ state }) => state === "finished");
    const outcome: SweepOutcome = {
      status: isFinished ? "finished" : signal?.aborted ? "interrupted" : "failed",
      runs,
    };
    reporter.ended(outcome);
    return outcome;
  } catch (error) {
    await engine.cancel();
    throw error;
  }
}

/** Tells the reporter what changes until the engine is done; returns how all runs ended. */
async function watch(
  plan: SweepPlan,
  engine: SweepEngine,
  reporter: SweepReporter,
  signal: AbortSignal | undefined,
): Promise<SweepStatus> {
  let last = await engine.status();
  reporter.started(plan.runs.length, last.runs.filter(({ state }) => state === "finished").length);
  let cancelling: Promise<void> | undefined;
  for (let before: SweepStatus | undefined; ; before = last, last = await engine.status()) {
    for (const [i, status] of last.runs.entries()) {
      if (isNews(status, before?.runs[i])) reporter.changed(status, resultOf(status));
    }
    reporter.looked(last);
    if (last.isOver) break;
    if (signal?.aborted && cancelling === undefined) {
      reporter.stopping?.();
      cancelling = engine.cancel();
    }
    await sleep(LOOK_MILLISECONDS);
  }
  await cancelling;
  return last;
}

/** What was so before the sweep began is none, but that another process writes a run. */
function isNews(now: RunStatus, before: RunStatus | undefined): boolean {
  if (before === undefined) return now.state !== "waiting" && now.state !== "finished";
  return now.state !== before.state || now.crashes !== before.crashes;
}

function outcomeOf(status: RunStatus): SweepRunOutcome {
  const { run, state, crashes, message } = status;
  const { arm, label, varied, seed, directory } = run;
  return {
    arm,
    label,
    varied,
    seed,
    runDirectory: directory.path,
    state,
    crashes,
    message,
    result: resultOf(status),
  };
}

function resultOf({ state, run }: RunStatus): SweepRunOutcome["result"] {
  return state === "finished" ? readRunResult(run.directory) : null;
}
