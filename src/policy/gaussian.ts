import { exp } from "../math/index.js";
import { NormalStream, type StreamKey } from "../random/index.js";
import type { ActionDistribution, ActionNoise } from "./action-distribution.js";

/** ½·log(2π) */
const HALF_LOG_TWO_PI = 0.9189385332046727;

/**
 * A diagonal Gaussian: the network puts out the mean, the log standard deviation is a free parameter.
 *
 * The log-prob is of the action as sampled, before the environment's bounds.
 */
export class DiagonalGaussian implements ActionDistribution {
  readonly outputs: number;
  readonly actionWidth: number;
  readonly parameterCount: number;
  readonly parameterGradient: Float64Array;
  readonly #std: Float64Array;
  readonly #inverseStd: Float64Array;
  readonly #noise: Float64Array;
  /** Σ_j log σ_j + n·½·log(2π): what the log-prob subtracts. */
  #logNormalizer = 0;

  constructor(size: number) {
    this.outputs = this.actionWidth = this.parameterCount = size;
    this.parameterGradient = new Float64Array(size);
    this.#std = new Float64Array(size);
    this.#inverseStd = new Float64Array(size);
    this.#noise = new Float64Array(size);
  }

  /** logStd: [action]. */
  update(logStd: Float32Array): void {
    let sum = 0;
    for (let j = 0; j < this.outputs; j++) {
      this.#std[j] = exp(logStd[j]!);
      this.#inverseStd[j] = 1 / this.#std[j]!;
      sum += logStd[j]! + HALF_LOG_TWO_PI;
    }
    this.#logNormalizer = sum;
  }

  createNoise(key: StreamKey): ActionNoise {
    return new NormalStream(key);
  }

  sample(
    mean: Float32Array,
    offset: number,
    stride: number,
    noise: ActionNoise,
    step: number,
    action: Float32Array,
    actionOffset: number,
  ): void {
    noise.fill(step, this.#noise);
    for (let j = 0; j < this.outputs; j++) {
      action[actionOffset + j] = mean[offset + j * stride]! + this.#std[j]! * this.#noise[j]!;
    }
  }

  mode(mean: Float32Array, offset: number, stride: number, action: Float32Array, actionOffset: number): void {
    for (let j = 0; j < this.outputs; j++) action[actionOffset + j] = mean[offset + j * stride]!;
  }

  /** log N(action | mean, std²), summed over the dimensions. */
  logProb(
    action: Float32Array,
    actionOffset: number,
    mean: Float32Array,
    offset: number,
    stride: number,
  ): number {
    let sum = 0;
    for (let j = 0; j < this.outputs; j++) {
      const z = (action[actionOffset + j]! - mean[offset + j * stride]!) * this.#inverseStd[j]!;
      sum += z * z;
    }
    return -0.5 * sum - this.#logNormalizer;
  }

  /** Σ_j (½ + ½·log(2π) + log σ_j); it does not depend on the mean. */
  entropy(): number {
    return this.#logNormalizer + 0.5 * this.outputs;
  }

  beginGradient(): void {
    this.parameterGradient.fill(0);
  }

  addGradient(
    action: Float32Array,
    actionOffset: number,
    mean: Float32Array,
    offset: number,
    stride: number,
    logProbGradient: number,
    _entropyWeight: number,
    gradient: Float32Array,
  ): void {
    for (let j = 0; j < this.outputs; j++) {
      const at = offset + j * stride;
      const z = (action[actionOffset + j]! - mean[at]!) * this.#inverseStd[j]!;
      gradient[at] = logProbGradient * z * this.#inverseStd[j]!;
      this.parameterGradient[j]! += logProbGradient * (z * z - 1);
    }
  }

  /** The entropy's own gradient: 1 for every log-std. */
  finishGradient(entropyCoefficient: number): void {
    for (let j = 0; j < this.outputs; j++) this.parameterGradient[j]! -= entropyCoefficient;
  }
}
