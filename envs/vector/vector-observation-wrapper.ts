import { batchSpace } from "./batch-spaces.js";
import { InvalidVectorArgument } from "./errors.js";
import type {
  Awaitable,
  BatchArray,
  BatchedSpace,
  SingleSpace,
  VectorEnv,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "./vector-env.js";
import { andThen, VectorWrapper } from "./vector-wrapper.js";

/**
 * Shows every batch of observations of a reset or a step in another form, once.
 *
 * Throws InvalidVectorArgument when the vector's autoreset is same_step: `info.final_obs` would stay as it was.
 */
export abstract class VectorObservationWrapper extends VectorWrapper {
  readonly #single: SingleSpace;
  readonly #batched: BatchedSpace;

  /** singleObservationSpace: of one row of what is shown. */
  constructor(env: VectorEnv, singleObservationSpace: SingleSpace) {
    super(env);
    if (env.autoreset === "same_step") {
      throw new InvalidVectorArgument(
        "vector-wrapper-autoreset",
        `${new.target.name} takes no vector with autoreset same_step, whose info.final_obs it would not see; ` +
          "make it with next_step.",
      );
    }
    this.#single = singleObservationSpace;
    this.#batched = batchSpace(singleObservationSpace, env.numEnvs);
  }

  override get singleObservationSpace() {
    return this.#single;
  }

  override get observationSpace() {
    return this.#batched;
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset> {
    return andThen(super.reset(options), (result) => this.#shown(result));
  }

  override step(actions: ArrayLike<number>): Awaitable<VectorStep> {
    return andThen(super.step(actions), (result) => this.#shown(result));
  }

  #shown<T extends VectorReset>(result: T): T {
    return { ...result, observations: this.observations(result.observations) };
  }

  /** [numEnvs, ...] of the inner space → [numEnvs, ...] of the shown one. */
  protected abstract observations(inner: BatchArray): BatchArray;
}
