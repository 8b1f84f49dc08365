import { exp, log } from "../math/index.js";
import { type StreamKey, UniformStream } from "../random/index.js";
import type { ActionDistribution, ActionNoise } from "./action-distribution.js";

/** A choice among n actions: the network puts out logits, an action is stored as its number from 0. */
export class Categorical implements ActionDistribution {
  readonly outputs: number;
  readonly actionWidth = 1;
  readonly parameterCount = 0;
  readonly parameterGradient = new Float64Array(0);
  readonly #probabilities: Float64Array;
  readonly #logProbs: Float64Array;
  readonly #noise = new Float64Array(1);

  constructor(size: number) {
    this.outputs = size;
    this.#probabilities = new Float64Array(size);
    this.#logProbs = new Float64Array(size);
  }

  update(): void {}

  createNoise(key: StreamKey): ActionNoise {
    return new UniformStream(key);
  }

  /** By the inverse of the distribution function, from one uniform. */
  sample(
    logits: Float32Array,
    offset: number,
    stride: number,
    noise: ActionNoise,
    step: number,
    action: Float32Array,
    actionOffset: number,
  ): void {
    this.#normalize(logits, offset, stride);
    noise.fill(step, this.#noise);
    let rest = this.#noise[0]!;
    let chosen = 0;
    // Rounding may leave a rest beyond the last: the last one it is.
    while (chosen < this.outputs - 1 && rest >= this.#probabilities[chosen]!) {
      rest -= this.#probabilities[chosen]!;
      chosen += 1;
    }
    action[actionOffset] = chosen;
  }

  mode(
    logits: Float32Array,
    offset: number,
    stride: number,
    action: Float32Array,
    actionOffset: number,
  ): void {
    let best = 0;
    for (let j = 1; j < this.outputs; j++) {
      if (logits[offset + j * stride]! > logits[offset + best * stride]!) best = j;
    }
    action[actionOffset] = best;
  }

  logProb(
    action: Float32Array,
    actionOffset: number,
    logits: Float32Array,
    offset: number,
    stride: number,
  ): number {
    this.#normalize(logits, offset, stride);
    return this.#logProbs[action[actionOffset]!]!;
  }

  /** -Σ_j p_j·log p_j */
  entropy(logits: Float32Array, offset: number, stride: number): number {
    this.#normalize(logits, offset, stride);
    let sum = 0;
    for (let j = 0; j < this.outputs; j++) sum -= this.#probabilities[j]! * this.#logProbs[j]!;
    return sum;
  }

  beginGradient(): void {}

  /** d log p_a / d logit_j = [j = a] - p_j, d H / d logit_j = -p_j·(log p_j + H). */
  addGradient(
    action: Float32Array,
    actionOffset: number,
    logits: Float32Array,
    offset: number,
    stride: number,
    logProbGradient: number,
    entropyWeight: number,
    gradient: Float32Array,
  ): void {
    const entropy = this.entropy(logits, offset, stride);
    const chosen = action[actionOffset]!;
    for (let j = 0; j < this.outputs; j++) {
      const p = this.#probabilities[j]!;
      gradient[offset + j * stride] =
        logProbGradient * ((j === chosen ? 1 : 0) - p) + entropyWeight * p * (this.#logProbs[j]! + entropy);
    }
  }

  finishGradient(): void {}

  /** Probabilities and their logarithms from logits, shifted by the largest. */
  #normalize(logits: Float32Array, offset: number, stride: number): void {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < this.outputs; j++) largest = Math.max(largest, logits[offset + j * stride]!);
    let sum = 0;
    for (let j = 0; j < this.outputs; j++) sum += exp(logits[offset + j * stride]! - largest);
    const shift = largest + log(sum);
    for (let j = 0; j < this.outputs; j++) {
      this.#logProbs[j] = logits[offset + j * stride]! - shift;
      this.#probabilities[j] = exp(this.#logProbs[j]!);
    }
  }
}
