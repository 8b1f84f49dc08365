import type { StateTree } from "../api/state.js";
import { type NormalizerState, normalizerState, restoreNormalizer } from "../wrappers/normalizer.js";
import { checkEpsilon, checkGamma, RunningMeanStd } from "../wrappers/running-mean-std.js";
import type { Awaitable, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "./vector-env.js";
import { andThen, VectorWrapper } from "./vector-wrapper.js";

const { fround } = Math;

/**
 * reward / sqrt(variance + epsilon), with the running variance of the discounted sums of rewards, one float32 sum for
 * each sub-environment. `updateRunningMean = false` freezes the variance.
 *
 * A step makes a sum g·gamma·(1 - terminated) + reward. With next_step and disabled the step after an episode's end
 * counts for nothing; with same_step every step counts, and an end sets its sum to 0 afterwards. A reset sets all sums
 * to 0, also one with a mask.
 *
 * gamma: in [0, 1]; epsilon: above 0; throws InvalidBound otherwise.
 */
export class NormalizeVectorReward extends VectorWrapper {
  updateRunningMean = true;
  readonly moments = new RunningMeanStd(1, "float64");
  readonly #accumulated: Float32Array;
  readonly #ended: Uint8Array;

  constructor(
    env: VectorEnv,
    readonly gamma = 0.99,
    readonly epsilon = 1e-8,
  ) {
    super(env);
    checkGamma(gamma, "NormalizeVectorReward");
    checkEpsilon(epsilon, "NormalizeVectorReward");
    this.#accumulated = new Float32Array(env.numEnvs);
    this.#ended = new Uint8Array(env.numEnvs);
  }

  /** A copy of the discounted sums of rewards up to now, [numEnvs]. */
  get accumulatedRewards(): Float32Array {
    return this.#accumulated.slice();
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset> {
    return andThen(super.reset(options), (result) => {
      this.#accumulated.fill(0);
      this.#ended.fill(0);
      return result;
    });
  }

  override step(actions: ArrayLike<number>): Awaitable<VectorStep> {
    return andThen(super.step(actions), (result) => {
      this.#accumulate(result);
      const deviation = Math.sqrt(this.moments.variance[0]! + this.epsilon);
      return { ...result, rewards: result.rewards.map((reward) => reward / deviation) };
    });
  }

  protected override ownState(): StateTree {
    return {
      ...normalizerState(this),
      accumulated: this.#accumulated.slice(),
      ended: this.#ended.slice(),
    };
  }

  protected override restoreOwn(state: StateTree): void {
    const saved = state as NormalizerState & { accumulated: Float32Array; ended: Uint8Array };
    restoreNormalizer(this, saved);
    this.#accumulated.set(saved.accumulated);
    this.#ended.set(saved.ended);
  }

  #accumulate({ rewards, terminations, truncations }: VectorStep): void {
    const sums = this.#accumulated;
    const isSameStep = this.autoreset === "same_step";
    const isActive = (i: number) => isSameStep || this.#ended[i] === 0;
    for (let i = 0; i < sums.length; i++) {
      if (isActive(i)) sums[i] = fround(sums[i]! * fround(this.gamma)) * (1 - terminations[i]!) + rewards[i]!;
    }
    const active = sums.filter((_, i) => isActive(i));
    if (this.updateRunningMean && active.length > 0) this.moments.update(active);
    for (let i = 0; i < sums.length; i++) {
      this.#ended[i] = terminations[i]! | truncations[i]!;
      if (isSameStep && this.#ended[i] === 1) sums[i] = 0;
    }
  }
}
