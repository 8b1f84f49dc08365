import { finiteNumber, float64s, readState } from "../../envs/api/saved-state.js";
import type { Stateful, StateTree } from "../../envs/api/state.js";

/** Gymnasium's and Stable-Baselines3's start: as if a ten-thousandth of an observation had been seen. */
const INITIAL_COUNT = 1e-4;
const NORMALIZER_EPSILON = 1e-8;

export type MomentsState = {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
};

/**
 * Running mean and population variance per dimension, float64 (Gymnasium's RunningMeanStd).
 *
 * Starts at mean 0, variance 1, count 1e-4; `clear` makes it an empty accumulator of increments. `float32Start`: the
 * very first product variance·count is rounded to float32, as in Gymnasium's NormalizeObservation, whose arrays are
 * still float32 then (its recorded vectors show it); NormalizeReward has no such rounding.
 */
export class RunningMoments implements Stateful {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  count: number;

  constructor(
    readonly size: number,
    readonly float32Start = false,
  ) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
    this.count = INITIAL_COUNT;
  }

  /** Back to an empty accumulator. */
  clear(): void {
    this.mean.fill(0);
    this.variance.fill(0);
    this.count = 0;
  }

  /** Takes in one value per dimension. */
  push(values: ArrayLike<number>): void {
    const count = this.count;
    const total = count + 1;
    for (let j = 0; j < this.size; j++) {
      const delta = values[j]! - this.mean[j]!;
      this.mean[j] = this.mean[j]! + delta / total;
      this.variance[j] = (this.#weighted(j) + (delta * delta * count) / total) / total;
    }
    this.count = total;
  }

  /** Takes in everything another accumulator saw (Chan et al. 1979). */
  merge(other: MomentsState): void {
    if (other.count === 0) return;
    const count = this.count;
    const total = count + other.count;
    for (let j = 0; j < this.size; j++) {
      const delta = other.mean[j]! - this.mean[j]!;
      const between = (delta * delta * count * other.count) / total;
      this.mean[j] = this.mean[j]! + (delta * other.count) / total;
      this.variance[j] = (this.#weighted(j) + other.variance[j]! * other.count + between) / total;
    }
    this.count = total;
  }

  #weighted(j: number): number {
    const product = this.variance[j]! * this.count;
    return this.float32Start && this.count === INITIAL_COUNT ? Math.fround(product) : product;
  }

  copyFrom(other: MomentsState): void {
    this.mean.set(other.mean);
    this.variance.set(other.variance);
    this.count = other.count;
  }

  state(): MomentsState {
    return { mean: this.mean.slice(), variance: this.variance.slice(), count: this.count };
  }

  restore(state: StateTree): void {
    this.copyFrom(readMoments(state, this.size));
  }
}

/** Saved moments of `size` dimensions. Throws RlAdanError when they are something else. */
export function readMoments(state: StateTree, size: number): MomentsState {
  return readState("running moments", state, {
    mean: float64s(size),
    variance: float64s(size),
    count: finiteNumber,
  });
}

/**
 * out[offset + j·stride] = clip((values[j] - mean[j]) / sqrt(variance[j] + 1e-8), ±limit), rounded to float32.
 *
 * moments undefined: no normalisation, only the limit. limit: Infinity for none.
 */
export function normalize(
  values: ArrayLike<number>,
  moments: RunningMoments | undefined,
  limit: number,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const size = values.length;
  for (let j = 0; j < size; j++) {
    const value =
      moments === undefined
        ? values[j]!
        : (values[j]! - moments.mean[j]!) / Math.sqrt(moments.variance[j]! + NORMALIZER_EPSILON);
    out[offset + j * stride] = Math.min(Math.max(value, -limit), limit);
  }
}
