import { anyState, flag, readState } from "../api/saved-state.js";
import type { FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import type { RunningMeanStd, RunningMeanStdState } from "./running-mean-std.js";

/** A wrapper that normalises: with running moments, which it may freeze. */
export interface Normalizer {
  readonly moments: RunningMeanStd;
  updateRunningMean: boolean;
}

export type NormalizerState = {
  readonly moments: RunningMeanStdState;
  readonly update_running_mean: boolean;
};

/** The batch as the normaliser shows it, taken in first unless it is frozen. */
export function normalized(
  { moments, updateRunningMean }: Normalizer,
  batch: FloatArray,
  epsilon: number,
): Float32Array {
  if (updateRunningMean) moments.update(batch);
  return moments.normalize(batch, epsilon);
}

export function normalizerState({ moments, updateRunningMean }: Normalizer): NormalizerState {
  return { moments: moments.state(), update_running_mean: updateRunningMean };
}

export function restoreNormalizer(normalizer: Normalizer, state: StateTree): void {
  const saved = readState("a normalising wrapper", state, { moments: anyState, update_running_mean: flag });
  normalizer.moments.restore(saved.moments);
  normalizer.updateRunningMean = saved.update_running_mean;
}
