import { batchSpace } from "./batch-spaces.js";
import type { Awaitable, BatchedSpace, SingleSpace, VectorEnv, VectorStep } from "./vector-env.js";
import { VectorWrapper } from "./vector-wrapper.js";

/** Hands every batch of actions on in another form. */
export abstract class VectorActionWrapper extends VectorWrapper {
  readonly #single: SingleSpace;
  readonly #batched: BatchedSpace;

  /** singleActionSpace: of one row of what is taken. */
  constructor(env: VectorEnv, singleActionSpace: SingleSpace) {
    super(env);
    this.#single = singleActionSpace;
    this.#batched = batchSpace(singleActionSpace, env.numEnvs);
  }

  override get singleActionSpace() {
    return this.#single;
  }

  override get actionSpace() {
    return this.#batched;
  }

  override step(actions: ArrayLike<number>): Awaitable<VectorStep> {
    return super.step(this.actions(actions));
  }

  /** [numEnvs, ...] of the taken space → [numEnvs, ...] of the inner one; the caller's array stays as it is. */
  protected abstract actions(outer: ArrayLike<number>): ArrayLike<number>;
}
