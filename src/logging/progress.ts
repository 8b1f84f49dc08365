import type { EpisodePoint } from "../agent.js";

/** What a run is, told before it starts. */
export interface RunFacts {
  readonly runDirectory: string;
  readonly env: string;
  readonly algorithm: string;
  readonly optimizer: string | null;
  readonly device: string;
  readonly deviceReason: string;
  /** What the GPU calls itself; null without one. */
  readonly adapter: string | null;
  readonly seed: number;
  readonly parameters: number | null;
  readonly threads: number;
  readonly totalTimesteps: number;
  readonly resumedFromStep: number | null;
  readonly notes: readonly string[];
}

/** Where a run stands after an iteration. */
export interface IterationProgress {
  readonly step: number;
  readonly totalTimesteps: number;
  readonly stepsPerSecond: number;
  /** Episodes finished since the run began. */
  readonly episodes: number;
  /** Mean return of the last 100 finished episodes, and how many those are; null before the first ends. */
  readonly returnMean: number | null;
  readonly returnCount: number;
  readonly approxKl: number | null;
  readonly secondsLeft: number;
}

/** An iteration of a training, as a program that iterates over it gets it. */
export interface TrainIteration extends IterationProgress {
  /** Counts from 1. */
  readonly iteration: number;
  /** What was logged at `step`, by TensorBoard tag, with `eval/mean_reward` where that was evaluated. */
  readonly scalars: Readonly<Record<string, number>>;
  /** The episodes that ended in it. */
  readonly finishedEpisodes: readonly EpisodePoint[];
  readonly runDirectory: string;
}

/** A number that was not finite, and what the run goes on with instead. */
export interface RollbackFacts {
  readonly failure: string;
  /** Of the checkpoint that it goes on from; null: from the beginning. */
  readonly toStep: number | null;
  /** What the schedule's learning rate is multiplied by from now on. */
  readonly learningRateFactor: number;
}

/** A rollback in two sentences. */
export function formatRollback({ failure, toStep, learningRateFactor }: RollbackFacts): string {
  const from = toStep === null ? "the beginning" : `the checkpoint of step ${toStep}`;
  return `${failure} The run goes on from ${from} with ${learningRateFactor} times the learning rate.`;
}

/** Is told how a run goes; what it does with it is its own affair. */
export interface TrainReporter {
  started(facts: RunFacts): void;
  iteration(progress: IterationProgress): void;
  rolledBack?(facts: RollbackFacts): void;
  finished(result: Readonly<Record<string, unknown>>): void;
  interrupted(step: number, resumeCommand: string | null): void;
  /** After the end: seconds by phase, and all seconds of the process; what is missing is start-up. */
  profile?(phases: Readonly<Record<string, number>>, wallSeconds: number): void;
}

export const silentReporter: TrainReporter = {
  started() {},
  iteration() {},
  finished() {},
  interrupted() {},
};
