import type { Env } from "../api/env.js";
import type { Space } from "../api/space.js";
import { ObservationWrapper } from "./observation-wrapper.js";

/**
 * Shows what a function makes of every observation.
 *
 * observationSpace: what the function's results belong to; left out, the environment's own.
 */
export class TransformObservation<Obs, Act, InnerObs = Obs> extends ObservationWrapper<Obs, Act, InnerObs> {
  readonly #transform: (observation: InnerObs) => Obs;

  constructor(
    env: Env<InnerObs, Act>,
    transform: (observation: InnerObs) => Obs,
    observationSpace: Space<Obs> = env.observationSpace as unknown as Space<Obs>,
  ) {
    super(env, observationSpace);
    this.#transform = transform;
  }

  protected override observation(inner: InnerObs): Obs {
    return this.#transform(inner);
  }
}
