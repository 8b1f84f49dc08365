import type { Env } from "../api/env.js";
import type { FloatArray } from "../api/space.js";
import { flattening } from "./flattening.js";
import { ObservationWrapper } from "./observation-wrapper.js";

/**
 * Shows observations as a vector: a Box row-major in its own precision, Discrete as one of n in float64, MultiDiscrete
 * as one such after the other, a Dict part by part in the order of its keys.
 *
 * Throws InvalidArgument when the observations are of another kind.
 */
export class FlattenObservation<Act, InnerObs> extends ObservationWrapper<FloatArray, Act, InnerObs> {
  readonly #flat: (observation: InnerObs) => FloatArray;

  constructor(env: Env<InnerObs, Act>) {
    const { space, flat } = flattening(env.observationSpace);
    super(env, space);
    this.#flat = flat;
  }

  protected override observation(inner: InnerObs): FloatArray {
    return this.#flat(inner);
  }
}
