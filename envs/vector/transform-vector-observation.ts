import type { FloatArray } from "../api/space.js";
import type { BatchArray, VectorEnv } from "./vector-env.js";
import { VectorObservationWrapper } from "./vector-observation-wrapper.js";

/**
 * Shows what a function makes of every batch of observations, [numEnvs, ...] flat, at once.
 *
 * singleObservationSpace: what a row of the function's results belongs to; left out, the vector's own.
 * Throws InvalidVectorArgument when the vector's autoreset is same_step.
 */
export class TransformVectorObservation<
  Inner extends BatchArray = FloatArray,
> extends VectorObservationWrapper {
  readonly #transform: (observations: Inner) => BatchArray;

  constructor(
    env: VectorEnv,
    transform: (observations: Inner) => BatchArray,
    singleObservationSpace = env.singleObservationSpace,
  ) {
    super(env, singleObservationSpace);
    this.#transform = transform;
  }

  protected override observations(inner: BatchArray): BatchArray {
    return this.#transform(inner as Inner);
  }
}
