import type { Env } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import type { BoxSpace, DiscreteSpace, FloatArray, MultiDiscreteSpace, Space } from "../api/space.js";
import { Box } from "../spaces/box.js";
import { ObservationWrapper } from "./observation-wrapper.js";

/**
 * Shows observations as a vector: a Box row-major in its own precision, Discrete as one of n in float64, MultiDiscrete
 * as one such after the other.
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

interface Flattening<InnerObs> {
  readonly space: Box;
  readonly flat: (observation: InnerObs) => FloatArray;
}

function flattening<InnerObs>(inner: Space<InnerObs>): Flattening<InnerObs> {
  const space = inner as unknown as BoxSpace | DiscreteSpace | MultiDiscreteSpace;
  switch (space.kind) {
    case "box": {
      const flat = (observation: unknown) => observation as FloatArray;
      return { space: new Box(space.low, space.high, [space.low.length], space.dtype), flat };
    }
    case "discrete":
      return oneHots([space.n], [space.start], (observation) => [observation as number]);
    case "multi-discrete":
      return oneHots(space.nvec, space.start, (observation) => observation as Int32Array);
    default:
      throw new InvalidArgument(
        "wrapper-space",
        `FlattenObservation takes Box, Discrete and MultiDiscrete; the environment has ${String(inner)}.`,
      );
  }
}

function oneHots<InnerObs>(
  counts: ArrayLike<number>,
  starts: ArrayLike<number>,
  choicesOf: (observation: InnerObs) => ArrayLike<number>,
): Flattening<InnerObs> {
  const size = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const flat = (observation: InnerObs) => {
    const choices = choicesOf(observation);
    const vector = new Float64Array(size);
    let first = 0;
    for (let i = 0; i < counts.length; i++) {
      vector[first + choices[i]! - starts[i]!] = 1;
      first += counts[i]!;
    }
    return vector;
  };
  return { space: new Box(0, 1, [size], "float64"), flat };
}
