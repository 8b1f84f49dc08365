import type { LearnerConfig } from "./learner.js";

/** What the critic's loss of a minibatch depends on besides the samples. */
export interface ValueLossSettings {
  readonly valueCoefficient: number;
  /** Range of the clipped value loss around the old values; null for the plain one. */
  readonly valueClipRange: number | null;
}

export function valueLossSettings(
  config: Pick<LearnerConfig, "value_coefficient" | "value_clip_range">,
): ValueLossSettings {
  return { valueCoefficient: config.value_coefficient, valueClipRange: config.value_clip_range };
}

/** The samples that a minibatch picks from, by flat row: [rows]. */
export interface ValueSamples {
  readonly returns: Float32Array;
  /** The critic's outputs that the current advantages were computed from. */
  readonly values: Float32Array;
}

/**
 * The critic's loss over one minibatch, and its gradient (times the coefficient) at the network's output.
 *
 *     ½·mean((v - R)²), or ½·mean(max((v - R)², (old + clip(v - old, ±range) - R)²))
 *
 * `begin`, then `addBlock` for each block of samples, then `finish`. The sum runs in float64 over the samples in order.
 * Source: the clipped loss is OpenAI baselines' (ppo2).
 */
export class ValueLoss {
  valueLoss = 0;
  #samples = 0;

  constructor(
    readonly data: ValueSamples,
    readonly settings: ValueLossSettings,
  ) {}

  begin(samples: number): void {
    this.#samples = samples;
    this.valueLoss = 0;
  }

  /** Adds samples rows[start, start + count) with their outputs value [batch]; writes d loss / d value, 0 for padding. */
  addBlock(
    rows: Int32Array,
    start: number,
    count: number,
    batch: number,
    value: Float32Array,
    valueGradient: Float32Array,
  ): void {
    for (let b = 0; b < count; b++) valueGradient[b] = this.#addSample(rows[start + b]!, value[b]!);
    for (let b = count; b < batch; b++) valueGradient[b] = 0;
  }

  /** Turns the sum into a mean. */
  finish(): void {
    this.valueLoss /= this.#samples;
  }

  #addSample(row: number, value: number): number {
    const { returns, values } = this.data;
    const { valueClipRange, valueCoefficient } = this.settings;
    const error = value - returns[row]!;
    const weight = valueCoefficient / this.#samples;
    if (valueClipRange !== null) {
      const move = value - values[row]!;
      const clippedMove = Math.min(Math.max(move, -valueClipRange), valueClipRange);
      const clippedError = values[row]! + clippedMove - returns[row]!;
      if (clippedError * clippedError > error * error) {
        this.valueLoss += 0.5 * clippedError * clippedError;
        return move === clippedMove ? weight * clippedError : 0;
      }
    }
    this.valueLoss += 0.5 * error * error;
    return weight * error;
  }
}
