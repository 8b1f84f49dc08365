import type { Env } from "../api/env.js";
import type { FloatArray } from "../api/space.js";
import type { Box } from "../spaces/box.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { type Bound, type Rescaling, rescaling } from "./rescaling.js";
import { boxOf } from "./spaces-of.js";

/**
 * Maps observations from the bounds of the environment inside onto [low, high]; nothing is clipped.
 *
 * low, high: a number for every component or an array of the space's length, row-major.
 * Throws InvalidArgument when the observations are no Box, when low exceeds high, or when a bound is infinite on one
 * side of the map only.
 */
export class RescaleObservation<Act, Obs extends FloatArray = Float32Array> extends ObservationWrapper<
  Obs,
  Act
> {
  readonly #map: Rescaling;

  constructor(env: Env<Obs, Act>, low: Bound, high: Bound) {
    const space = boxOf(env.observationSpace, "RescaleObservation", "observation");
    const map = rescaling(space, low, high, "RescaleObservation");
    super(env, map.box as Box<Obs>);
    this.#map = map;
  }

  protected override observation(inner: Obs): Obs {
    const { gradient, intercept } = this.#map;
    const scaled = inner.map((value, i) => gradient[i]! * value);
    return scaled.map((value, i) => value + intercept[i]!) as Obs;
  }
}
