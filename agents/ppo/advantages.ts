import type { Stateful, StateTree } from "../../envs/api/state.js";
import type { Pacer } from "../../src/pacer.js";
import { RunningMoments } from "../../src/policy/moments.js";
import { computeAdvantages } from "../../src/rollout/gae.js";
import type { AdvantageEstimates, Rollout } from "./learner.js";

const RETURN_SCALE_EPSILON = 1e-8;

/**
 * Values, advantages and returns of a whole rollout, from the critic's current weights.
 *
 * With `value_target_scaling: return_std` (Tianshou) the critic predicts returns divided by their running deviation:
 * its outputs are multiplied by it before GAE, the returns divided by it after, the advantages stay unscaled, and
 * only then the running moments take in the unscaled returns, at every computation.
 */
export class AdvantageEstimator implements Stateful, AdvantageEstimates {
  readonly values: Float32Array;
  readonly nextValues: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  readonly #critic: RolloutCritic;
  readonly #settings: AdvantageSettings;
  readonly #returnMoments = emptyMoments();
  readonly #scaledValues: Float64Array;
  readonly #scaledNextValues: Float64Array;

  /** values, returns [rows]: where these are to lie, so that another thread may read them. */
  constructor(
    critic: RolloutCritic,
    arrays: Pick<AdvantageEstimates, "values" | "returns">,
    settings: AdvantageSettings,
  ) {
    const rows = arrays.values.length;
    this.#critic = critic;
    this.#settings = settings;
    this.values = arrays.values;
    this.nextValues = new Float32Array(rows);
    this.advantages = new Float32Array(rows);
    this.returns = arrays.returns;
    this.#scaledValues = new Float64Array(rows);
    this.#scaledNextValues = new Float64Array(rows);
  }

  async compute(rollout: Rollout, pacer: Pacer): Promise<void> {
    await this.#evaluate(rollout, pacer);
    const scalesReturns = this.#settings.value_target_scaling === "return_std";
    const scale = scalesReturns ? Math.sqrt(this.#returnMoments.variance[0]! + RETURN_SCALE_EPSILON) : 1;
    for (let row = 0; row < this.values.length; row++) {
      this.#scaledValues[row] = this.values[row]! * scale;
      this.#scaledNextValues[row] = this.nextValues[row]! * scale;
    }
    const { steps, envs, scaledRewards, terminated, truncated } = rollout;
    computeAdvantages(
      {
        steps,
        envs,
        rewards: scaledRewards,
        values: this.#scaledValues,
        nextValues: this.#scaledNextValues,
        terminated,
        truncated,
        gamma: this.#settings.gamma,
        lambda: this.#settings.gae_lambda,
        bootstrapTruncated: this.#settings.bootstrap_truncated,
      },
      this.advantages,
    );
    const unscaled = this.#scaledValues;
    for (let row = 0; row < unscaled.length; row++) {
      unscaled[row]! += this.advantages[row]!;
      this.returns[row] = unscaled[row]! / scale;
    }
    if (scalesReturns) this.#returnMoments.merge(batchMoments(unscaled));
  }

  /** 1 - Var(returns - values) / Var(returns): how much of the returns the critic explains; NaN when they are constant. */
  explainedVariance(): number {
    const residuals = Float64Array.from(this.returns, (value, row) => value - this.values[row]!);
    const total = batchMoments(Float64Array.from(this.returns)).variance[0]!;
    return total === 0 ? Number.NaN : 1 - batchMoments(residuals).variance[0]! / total;
  }

  state(): StateTree {
    return this.#returnMoments.state();
  }

  restore(state: StateTree): void {
    this.#returnMoments.restore(state);
  }

  async #evaluate(rollout: Rollout, pacer: Pacer): Promise<void> {
    const { steps, envs, terminated, truncated } = rollout;
    const rows = steps * envs;
    const ended: number[] = [];
    for (let row = 0; row < rows; row++) if (terminated[row] === 1 || truncated[row] === 1) ended.push(row);
    const { values, lastValues, finalValues } = await this.#critic.evaluate(rollout, ended, pacer);
    this.values.set(values);
    this.nextValues.set(values.subarray(envs));
    this.nextValues.set(lastValues, rows - envs);
    ended.forEach((row, k) => {
      this.nextValues[row] = finalValues[k]!;
    });
  }
}

/** The critic's outputs of one rollout. */
export interface RolloutValues {
  /** [rows], of every observation. */
  readonly values: Float32Array;
  /** [envs], of the last observations. */
  readonly lastValues: Float32Array;
  /** Of the final observations of the rows asked for. */
  readonly finalValues: Float32Array;
}

/** A critic on whichever device. */
export interface RolloutCritic {
  /** The outputs under the current weights; ended: the rows whose final observations count. */
  evaluate(rollout: Rollout, ended: readonly number[], pacer: Pacer): Promise<RolloutValues>;
}

export interface AdvantageSettings {
  readonly gamma: number;
  readonly gae_lambda: number;
  readonly bootstrap_truncated: boolean;
  readonly value_target_scaling: "none" | "return_std";
}

/** Tianshou's start: mean 0, variance 1, nothing counted. */
function emptyMoments(): RunningMoments {
  const moments = new RunningMoments(1);
  moments.count = 0;
  return moments;
}

/** Mean and population variance of a batch, two passes in float64. */
function batchMoments(values: Float64Array): RunningMoments {
  const moments = new RunningMoments(1);
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  moments.mean[0] = mean;
  moments.variance[0] = squares / values.length;
  moments.count = values.length;
  return moments;
}
