import { InvalidArgument } from "../api/errors.js";
import type {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  FloatArray,
  IntegerBoxSpace,
  MultiDiscreteSpace,
  Space,
} from "../api/space.js";
import { Box } from "../spaces/box.js";
import { arrayOf } from "./spaces-of.js";

/** How observations of a space become vectors, and the space of those. */
export interface Flattening<InnerObs> {
  readonly space: Box;
  readonly flat: (observation: InnerObs) => FloatArray;
}

/**
 * A Box row-major in its own precision, one of whole numbers in float64; Discrete as one of n in float64, MultiDiscrete
 * as one such after the other; the parts of a Dict in its order, in float32 where all are float32.
 *
 * Throws InvalidArgument when the space, or a part of it, is of another kind.
 */
export function flattening<InnerObs>(inner: Space<InnerObs>): Flattening<InnerObs> {
  return known(inner) as Flattening<unknown> as Flattening<InnerObs>;
}

type Known = BoxSpace | IntegerBoxSpace | DiscreteSpace | MultiDiscreteSpace | DictSpace;

function known(inner: unknown): Flattening<never> {
  const space = inner as Known;
  switch (space.kind) {
    case "box": {
      const flat = (observation: FloatArray) => observation;
      return { space: new Box(space.low, space.high, [space.low.length], space.dtype), flat };
    }
    case "integer-box": {
      const flat = (observation: Int32Array) => Float64Array.from(observation);
      return { space: new Box(space.low, space.high, [space.low.length], "float64"), flat };
    }
    case "discrete":
      return oneHots([space.n], [space.start], (observation: number) => [observation]);
    case "multi-discrete":
      return oneHots(space.nvec, space.start, (observation: Int32Array) => observation);
    case "dict":
      return parts(space);
    default:
      throw new InvalidArgument(
        "wrapper-space",
        `FlattenObservation takes Box, IntegerBox, Discrete, MultiDiscrete and Dict; the environment has ${String(inner)}.`,
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

function parts({ keys, spaces }: DictSpace): Flattening<Record<string, unknown>> {
  const all = keys.map((key) => ({ key, ...flattening(spaces[key]!) }));
  const low = all.flatMap(({ space }) => [...space.low]);
  const high = all.flatMap(({ space }) => [...space.high]);
  const dtype = all.every(({ space }) => space.dtype === "float32") ? "float32" : "float64";
  const space = new Box(low, high, [low.length], dtype);
  const flat = (observation: Record<string, unknown>) => {
    const vector = arrayOf(space, low.length);
    let first = 0;
    for (const part of all) {
      vector.set(part.flat(observation[part.key]), first);
      first += part.space.low.length;
    }
    return vector;
  };
  return { space, flat };
}
