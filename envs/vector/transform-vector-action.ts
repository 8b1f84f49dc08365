import { VectorActionWrapper } from "./vector-action-wrapper.js";
import type { VectorEnv } from "./vector-env.js";

/**
 * Hands on what a function makes of every batch of actions, [numEnvs, ...] flat, at once.
 *
 * singleActionSpace: what a row that the function takes belongs to; left out, the vector's own.
 */
export class TransformVectorAction extends VectorActionWrapper {
  readonly #transform: (actions: ArrayLike<number>) => ArrayLike<number>;

  constructor(
    env: VectorEnv,
    transform: (actions: ArrayLike<number>) => ArrayLike<number>,
    singleActionSpace = env.singleActionSpace,
  ) {
    super(env, singleActionSpace);
    this.#transform = transform;
  }

  protected override actions(outer: ArrayLike<number>): ArrayLike<number> {
    return this.#transform(outer);
  }
}
