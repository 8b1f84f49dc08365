import type { IterationProgress } from "../logging/progress.js";
import type { SweepPlan, SweepRun } from "./plan.js";

/**
 * Where a run of a sweep stands. "in-use": another process writes its folder; "interrupted": it was stopped, and goes on
 * with the next sweep of the same plan.
 */
export type RunState = "waiting" | "running" | "finished" | "failed" | "in-use" | "interrupted";

export interface RunStatus {
  readonly run: SweepRun;
  readonly state: RunState;
  /** Of the process that trains it at present. */
  readonly pid: number | null;
  readonly progress: IterationProgress | null;
  /** How often it ended without a result and without being asked to. */
  readonly crashes: number;
  /** Why it crashed, failed, or is in use. */
  readonly message: string | null;
}

export interface SweepStatus {
  readonly runs: readonly RunStatus[];
  /** No run is going on, and none will be begun. */
  readonly isOver: boolean;
}

/** Where the runs of a plan are carried out: child processes of this one, a queue, a cluster. */
export interface SweepEngine {
  /** Begins the plan and comes back; a run that is finished is left alone, an unfinished one goes on. */
  submit(plan: SweepPlan): Promise<void>;
  /** Rejects when the engine itself can't go on. */
  status(): Promise<SweepStatus>;
  /** Lets every run save a checkpoint and end. */
  cancel(): Promise<void>;
}
