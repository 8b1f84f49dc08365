import { InvalidBound } from "../api/errors.js";
import { finiteNumber, flag, float64s, readState } from "../api/saved-state.js";
import type { FloatArray } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";
import { columnMoments } from "./column-moments.js";

const { fround, sqrt } = Math;

/** The weight of the start values, mean 0 and variance 1. */
const INITIAL_COUNT = 1e-4;

export type RunningMeanStdState = {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
  readonly is_single: boolean;
};

/**
 * Running mean and population variance of every component, by the parallel formula (Gymnasium's RunningMeanStd).
 *
 * It repeats NumPy's precision: moments that start as float32 stay so, with every operation rounded, as long as float32
 * rows come; the first float64 row turns them to float64.
 *
 * size: components per row. start: the precision of the start values.
 * Source: Chan, Golub and LeVeque 1979, eq. 2.1; Gymnasium 1.4.0, wrappers/utils.py.
 */
export class RunningMeanStd implements Stateful<RunningMeanStdState> {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  #count = INITIAL_COUNT;
  #isSingle: boolean;

  constructor(size: number, start: "float32" | "float64") {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
    this.#isSingle = start === "float32";
  }

  get count(): number {
    return this.#count;
  }

  /** Takes in a batch of rows, [rows, size], with one update. */
  update(batch: FloatArray): void {
    const size = this.mean.length;
    const rows = batch.length / size;
    const moments = this.#isSingle ? fround : exact;
    const ofBatch = batch instanceof Float32Array ? fround : exact;
    const isSingle = this.#isSingle && batch instanceof Float32Array;
    const rounded = isSingle ? fround : exact;
    const count = rounded(this.#count);
    const total = rounded(this.#count + rows);
    for (let i = 0; i < size; i++) {
      const { mean, variance } = columnMoments(batch, i, size);
      const delta = rounded(mean - this.mean[i]!);
      const old = moments(this.variance[i]! * moments(this.#count));
      const shift = rounded(rounded(rounded(rounded(delta * delta) * count) * rows) / total);
      this.mean[i] = rounded(this.mean[i]! + rounded(rounded(delta * rows) / total));
      this.variance[i] = rounded(rounded(rounded(old + ofBatch(variance * rows)) + shift) / total);
    }
    this.#count += rows;
    this.#isSingle = isSingle;
  }

  /** (row - mean) / sqrt(variance + epsilon) of every row of a batch, as float32. */
  normalize(batch: FloatArray, epsilon: number): Float32Array {
    const size = this.mean.length;
    const moments = this.#isSingle ? fround : exact;
    const rounded = this.#isSingle && batch instanceof Float32Array ? fround : exact;
    return Float32Array.from(batch, (value, k) => {
      const i = k % size;
      const deviation = moments(sqrt(moments(this.variance[i]! + moments(epsilon))));
      return rounded(value - this.mean[i]!) / deviation;
    });
  }

  state(): RunningMeanStdState {
    return {
      mean: this.mean.slice(),
      variance: this.variance.slice(),
      count: this.#count,
      is_single: this.#isSingle,
    };
  }

  restore(state: StateTree): void {
    const size = this.mean.length;
    const saved = readState("running moments", state, {
      mean: float64s(size),
      variance: float64s(size),
      count: finiteNumber,
      is_single: flag,
    });
    this.mean.set(saved.mean);
    this.variance.set(saved.variance);
    this.#count = saved.count;
    this.#isSingle = saved.is_single;
  }
}

/** Throws InvalidBound when epsilon is not above 0. */
export function checkEpsilon(epsilon: number, wrapper: string): void {
  if (epsilon > 0) return;
  throw new InvalidBound("wrapper-epsilon", `${wrapper}: epsilon must be above 0, got ${epsilon}.`);
}

/** Throws InvalidBound when gamma lies outside [0, 1]. */
export function checkGamma(gamma: number, wrapper: string): void {
  if (gamma >= 0 && gamma <= 1) return;
  throw new InvalidBound("wrapper-gamma", `${wrapper}: gamma must lie in [0, 1], got ${gamma}.`);
}

function exact(value: number): number {
  return value;
}
