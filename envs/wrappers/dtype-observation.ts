import type { Env } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import type { BoxSpace, DiscreteSpace, FloatArray } from "../api/space.js";
import { Box } from "../spaces/box.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { floatsOf } from "./spaces-of.js";

/**
 * Shows observations in another precision; a Discrete one as a single number, a Box of shape ().
 *
 * Throws InvalidArgument when the observations are neither Box nor Discrete, or when there is no such precision.
 */
export class DtypeObservation<Act, InnerObs> extends ObservationWrapper<FloatArray, Act, InnerObs> {
  readonly #space: Box;

  constructor(env: Env<InnerObs, Act>, dtype: "float32" | "float64") {
    if (dtype !== "float32" && dtype !== "float64") {
      throw new InvalidArgument(
        "dtype",
        `DtypeObservation takes float32 or float64, got "${String(dtype)}".`,
      );
    }
    const space = inPrecision(env.observationSpace, dtype);
    super(env, space);
    this.#space = space;
  }

  protected override observation(inner: InnerObs): FloatArray {
    const values = (typeof inner === "number" ? [inner] : inner) as ArrayLike<number>;
    return floatsOf(this.#space, values);
  }
}

function inPrecision(inner: unknown, dtype: "float32" | "float64"): Box {
  const space = inner as BoxSpace | DiscreteSpace;
  switch (space.kind) {
    case "box":
      return new Box(space.low, space.high, space.shape, dtype);
    case "discrete":
      return new Box(space.start, space.start + space.n - 1, [], dtype);
    default:
      throw new InvalidArgument(
        "wrapper-space",
        `DtypeObservation takes Box and Discrete; the environment has ${String(inner)}.`,
      );
  }
}
