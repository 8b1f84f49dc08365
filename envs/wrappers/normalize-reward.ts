import type { Env, StepResult } from "../api/env.js";
import { float64s, readState } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";
import { normalizerState, restoreNormalizer } from "./normalizer.js";
import { checkEpsilon, checkGamma, RunningMeanStd } from "./running-mean-std.js";

/**
 * reward / sqrt(variance + epsilon), with the running variance of the discounted sum of rewards, this one included.
 * The sum starts anew after a termination, but neither at a truncation nor at a reset. `updateRunningMean = false`
 * freezes the variance.
 *
 * gamma: in [0, 1]; epsilon: above 0; throws InvalidBound otherwise.
 */
export class NormalizeReward<Obs, Act> extends Wrapper<Obs, Act> {
  updateRunningMean = true;
  readonly moments = new RunningMeanStd(1, "float64");
  /** One number; an array, so that a state can hold it whatever it is. */
  readonly #discounted = new Float64Array(1);

  constructor(
    env: Env<Obs, Act>,
    readonly gamma = 0.99,
    readonly epsilon = 1e-8,
  ) {
    super(env);
    checkGamma(gamma, "NormalizeReward");
    checkEpsilon(epsilon, "NormalizeReward");
  }

  /** The discounted sum of rewards up to now. */
  get discountedReward(): number {
    return this.#discounted[0]!;
  }

  override step(action: Act): StepResult<Obs> {
    const result = super.step(action);
    this.#discounted[0] = this.#discounted[0]! * this.gamma * (result.terminated ? 0 : 1) + result.reward;
    if (this.updateRunningMean) this.moments.update(this.#discounted);
    return { ...result, reward: result.reward / Math.sqrt(this.moments.variance[0]! + this.epsilon) };
  }

  protected override ownState(): StateTree {
    return { ...normalizerState(this), discounted: this.#discounted.slice() };
  }

  protected override restoreOwn(state: StateTree): void {
    const { discounted } = readState("NormalizeReward", state, {
      discounted: float64s(this.#discounted.length),
    });
    restoreNormalizer(this, state);
    this.#discounted.set(discounted);
  }
}
