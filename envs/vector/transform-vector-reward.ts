import type { Awaitable, VectorEnv, VectorStep } from "./vector-env.js";
import { andThen, VectorWrapper } from "./vector-wrapper.js";

/** Gives what a function makes of the rewards of every step, [numEnvs], at once. */
export class TransformVectorReward extends VectorWrapper {
  readonly #transform: (rewards: Float64Array) => Float64Array;

  constructor(env: VectorEnv, transform: (rewards: Float64Array) => Float64Array) {
    super(env);
    this.#transform = transform;
  }

  override step(actions: ArrayLike<number>): Awaitable<VectorStep> {
    return andThen(super.step(actions), (result) => ({
      ...result,
      rewards: this.#transform(result.rewards),
    }));
  }
}
