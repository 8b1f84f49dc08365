import { RlAdanError } from "./errors.js";
import { checkMetricsLength, metricsLengthUpTo } from "./logging/metrics-file.js";
import { type Checkpoint, readNewestCheckpoint } from "./run/checkpoint.js";
import type { RunDirectory } from "./run/run-directory.js";
import { readSavedTraining, type SavedTraining } from "./saved-training.js";

/** What a part of a run begins from: a checkpoint, or nothing. */
export interface StartingPoint {
  readonly from:
    | { readonly step: number; readonly state: SavedTraining; readonly checkpoint: Checkpoint }
    | undefined;
  readonly learningRateFactor: number;
  /** How often the run went back to this point before. */
  readonly rollbacks: number;
  /** A sentence for each thing that was passed over. */
  readonly notes: readonly string[];
}

/**
 * Where a run goes on: its newest checkpoint that is whole and whose metrics are there. Where metrics that every checkpoint
 * relies on were lost, the newest whole one, with what there is of them. undefined when the run has no checkpoint yet.
 *
 * Throws what is wrong with the newest when none is whole.
 */
export function newestStart(run: RunDirectory): StartingPoint | undefined {
  const checkMetrics = ({ tree }: Checkpoint) =>
    checkMetricsLength(run.metrics, readSavedTraining(tree).metrics_bytes);
  try {
    const newest = readNewestCheckpoint(run.path, checkMetrics);
    return newest && startingPoint(newest.checkpoint, newest.notes);
  } catch (error) {
    if (!(error instanceof RlAdanError && error.code === "metrics-file")) throw error;
  }
  const { checkpoint, notes } = readNewestCheckpoint(run.path)!;
  const lost =
    `${run.metrics} has not the lines that it had when the checkpoint of step ${checkpoint.step} was written: ` +
    "the training loses nothing, of its metrics what is left there stays.";
  const { from, ...point } = startingPoint(checkpoint, [...notes, lost]);
  const metrics_bytes = metricsLengthUpTo(run.metrics, checkpoint.step);
  return { ...point, from: { ...from!, state: { ...from!.state, metrics_bytes } } };
}

function startingPoint(checkpoint: Checkpoint, notes: readonly string[]): StartingPoint {
  const { step, tree } = checkpoint;
  const state = readSavedTraining(tree);
  return {
    from: { step, state, checkpoint },
    learningRateFactor: state.learning_rate_factor,
    rollbacks: 0,
    notes,
  };
}
