import { InvalidBound } from "../api/errors.js";
import type { FloatArray } from "../api/space.js";
import type { Stateful } from "../api/state.js";

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

  /** Takes in one row. */
  update(row: FloatArray): void {
    const moments = this.#isSingle ? fround : exact;
    const isSingle = this.#isSingle && row instanceof Float32Array;
    const rounded = isSingle ? fround : exact;
    const count = rounded(this.#count);
    const total = rounded(this.#count + 1);
    for (let i = 0; i < this.mean.length; i++) {
      const delta = rounded(row[i]! - this.mean[i]!);
      const old = moments(this.variance[i]! * moments(this.#count));
      const shift = rounded(rounded(rounded(delta * delta) * count) / total);
      this.mean[i] = rounded(this.mean[i]! + rounded(delta / total));
      this.variance[i] = rounded(rounded(old + shift) / total);
    }
    this.#count += 1;
    this.#isSingle = isSingle;
  }

  /** (row - mean) / sqrt(variance + epsilon), as float32. */
  normalize(row: FloatArray, epsilon: number): Float32Array {
    const moments = this.#isSingle ? fround : exact;
    const rounded = this.#isSingle && row instanceof Float32Array ? fround : exact;
    return Float32Array.from(row, (value, i) => {
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

  restore(state: RunningMeanStdState): void {
    this.mean.set(state.mean);
    this.variance.set(state.variance);
    this.#count = state.count;
    this.#isSingle = state.is_single;
  }
}

/** Throws InvalidBound when epsilon is not above 0. */
export function checkEpsilon(epsilon: number, wrapper: string): void {
  if (epsilon > 0) return;
  throw new InvalidBound("wrapper-epsilon", `${wrapper}: epsilon must be above 0, got ${epsilon}.`);
}

function exact(value: number): number {
  return value;
}
