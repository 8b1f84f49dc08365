import { exp } from "../math/index.js";

/** ½·log(2π) */
export const HALF_LOG_TWO_PI = 0.9189385332046727;

/**
 * A diagonal Gaussian over actions whose log standard deviation is a free parameter, in float64.
 *
 * `update` once after log-std changed. mean and action: flat arrays in which dimension j of the sample lies at
 * offset + j·stride.
 */
export class DiagonalGaussian {
  readonly size: number;
  readonly logStd: Float64Array;
  readonly std: Float64Array;
  readonly inverseStd: Float64Array;
  /** Σ_j log σ_j + n·½·log(2π): what the log-prob subtracts. */
  logNormalizer = 0;

  constructor(size: number) {
    this.size = size;
    this.logStd = new Float64Array(size);
    this.std = new Float64Array(size);
    this.inverseStd = new Float64Array(size);
  }

  update(logStd: Float32Array): void {
    let sum = 0;
    for (let j = 0; j < this.size; j++) {
      this.logStd[j] = logStd[j]!;
      this.std[j] = exp(logStd[j]!);
      this.inverseStd[j] = 1 / this.std[j]!;
      sum += logStd[j]! + HALF_LOG_TWO_PI;
    }
    this.logNormalizer = sum;
  }

  /** log N(action | mean, std²), summed over the dimensions. */
  logProb(
    action: Float32Array,
    actionOffset: number,
    actionStride: number,
    mean: Float32Array,
    meanOffset: number,
    meanStride: number,
  ): number {
    let sum = 0;
    for (let j = 0; j < this.size; j++) {
      const z =
        (action[actionOffset + j * actionStride]! - mean[meanOffset + j * meanStride]!) * this.inverseStd[j]!;
      sum += z * z;
    }
    return -0.5 * sum - this.logNormalizer;
  }

  /** Σ_j (½ + ½·log(2π) + log σ_j); it does not depend on the mean. */
  get entropy(): number {
    return this.logNormalizer + 0.5 * this.size;
  }
}
