import { exp } from "../../src/math/index.js";
import type { ActionDistribution } from "../../src/policy/action-distribution.js";
import { advantageScaling, UNSCALED } from "./advantage-scaling.js";
import type { LearnerConfig, UpdatePlan } from "./learner.js";

/** What the policy's loss of a minibatch depends on besides the samples. */
export interface PolicyLossSettings {
  readonly clipCoefficient: number;
  readonly entropyCoefficient: number;
  readonly normalizeAdvantages: boolean;
}

export function policyLossSettings(
  config: Pick<LearnerConfig, "normalize_advantages">,
  { clipCoefficient, entropyCoefficient }: UpdatePlan,
): PolicyLossSettings {
  return { clipCoefficient, entropyCoefficient, normalizeAdvantages: config.normalize_advantages };
}

/** The samples that a minibatch picks from, by flat row: [rows, action] or [rows]. */
export interface PolicySamples {
  readonly actions: Float32Array;
  readonly logProbs: Float32Array;
  readonly advantages: Float32Array;
}

/**
 * The policy's part of PPO's loss over one minibatch, and its gradient at the network's outputs.
 *
 *     -mean(min(ratio·A, clip(ratio, 1 ± c)·A)) - entropyCoefficient·entropy
 *
 * `begin`, then `addBlock` for each block of samples, then `finish`. Sums run in float64 over the samples in order.
 * Source: Schulman et al. 2017, arXiv 1707.06347.
 */
export class PolicyLoss {
  policyLoss = 0;
  oldApproxKl = 0;
  approxKl = 0;
  clipFraction = 0;
  entropy = 0;
  #samples = 0;
  #settings!: PolicyLossSettings;
  #scaling = UNSCALED;

  constructor(
    readonly data: PolicySamples,
    readonly distribution: ActionDistribution,
  ) {}

  /** rows[start, end): the minibatch's flat rows. */
  begin(settings: PolicyLossSettings, rows: Int32Array, start: number, end: number): void {
    this.#settings = settings;
    this.#samples = end - start;
    this.policyLoss = this.oldApproxKl = this.approxKl = this.clipFraction = this.entropy = 0;
    this.distribution.beginGradient();
    this.#scaling = advantageScaling(this.data.advantages, settings.normalizeAdvantages, rows, start, end);
  }

  /**
   * Adds samples rows[start, start + count), whose network puts out output [outputs][batch], and writes d loss / d output in
   * the same layout; padding gets 0.
   */
  addBlock(
    rows: Int32Array,
    start: number,
    count: number,
    batch: number,
    output: Float32Array,
    outputGradient: Float32Array,
  ): void {
    const { distribution } = this;
    const { outputs, actionWidth } = distribution;
    const { actions } = this.data;
    const entropyWeight = this.#settings.entropyCoefficient / this.#samples;
    for (let b = 0; b < count; b++) {
      const row = rows[start + b]!;
      const at = row * actionWidth;
      const logProbGradient = this.#addSample(row, output, b, batch);
      distribution.addGradient(actions, at, output, b, batch, logProbGradient, entropyWeight, outputGradient);
    }
    for (let b = count; b < batch; b++) {
      for (let j = 0; j < outputs; j++) outputGradient[j * batch + b] = 0;
    }
  }

  /** Turns sums into means and adds the entropy's gradient. */
  finish(): void {
    this.policyLoss /= this.#samples;
    this.oldApproxKl /= this.#samples;
    this.approxKl /= this.#samples;
    this.clipFraction /= this.#samples;
    this.entropy /= this.#samples;
    this.distribution.finishGradient(this.#settings.entropyCoefficient);
  }

  /** Adds one sample's terms; returns d loss / d log-prob. */
  #addSample(row: number, output: Float32Array, b: number, batch: number): number {
    const { actions, logProbs, advantages } = this.data;
    const { clipCoefficient: clip } = this.#settings;
    const { mean, scale } = this.#scaling;
    const { distribution } = this;
    const logProb = distribution.logProb(actions, row * distribution.actionWidth, output, b, batch);
    this.entropy += distribution.entropy(output, b, batch);
    const logRatio = logProb - logProbs[row]!;
    const ratio = exp(logRatio);
    const advantage = (advantages[row]! - mean) * scale;
    const clipped = Math.min(Math.max(ratio, 1 - clip), 1 + clip);
    const isActive = ratio * advantage <= clipped * advantage;
    this.policyLoss -= isActive ? ratio * advantage : clipped * advantage;
    this.oldApproxKl -= logRatio;
    this.approxKl += ratio - 1 - logRatio;
    if (Math.abs(ratio - 1) > clip) this.clipFraction += 1;
    return isActive ? (-ratio * advantage) / this.#samples : 0;
  }
}
