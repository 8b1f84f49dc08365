import type { NormalStream, StreamKey, UniformStream } from "../random/index.js";

/** The randomness of an action, keyed by (stream, step). */
export type ActionNoise = NormalStream | UniformStream;

/**
 * What a policy network's outputs mean: a distribution over actions, in float64 on float32 numbers.
 *
 * Outputs lie feature-major: output j of the sample at offset + j·stride. An action is stored as `actionWidth` float32
 * numbers in a row. `update` once after the distribution's own parameters changed.
 */
export interface ActionDistribution {
  /** Numbers that the network puts out. */
  readonly outputs: number;
  /** Numbers that an action is stored as. */
  readonly actionWidth: number;
  /** Parameters of its own, beside the network's outputs. */
  readonly parameterCount: number;
  /** d loss / d own parameters, complete after `finishGradient`. */
  readonly parameterGradient: Float64Array;

  update(parameters: Float32Array): void;
  createNoise(key: StreamKey): ActionNoise;
  sample(
    output: Float32Array,
    offset: number,
    stride: number,
    noise: ActionNoise,
    step: number,
    action: Float32Array,
    actionOffset: number,
  ): void;
  /** The likeliest action: what an evaluation takes. */
  mode(
    output: Float32Array,
    offset: number,
    stride: number,
    action: Float32Array,
    actionOffset: number,
  ): void;
  logProb(
    action: Float32Array,
    actionOffset: number,
    output: Float32Array,
    offset: number,
    stride: number,
  ): number;
  entropy(output: Float32Array, offset: number, stride: number): number;

  beginGradient(): void;
  /**
   * Writes d loss / d output of one sample, in the outputs' layout.
   *
   * logProbGradient: d loss / d log-prob. entropyWeight: entropy coefficient / samples.
   */
  addGradient(
    action: Float32Array,
    actionOffset: number,
    output: Float32Array,
    offset: number,
    stride: number,
    logProbGradient: number,
    entropyWeight: number,
    gradient: Float32Array,
  ): void;
  finishGradient(entropyCoefficient: number): void;
}
