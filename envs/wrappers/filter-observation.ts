import { didYouMean } from "../../src/errors.js";
import type { Env } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import type { DictSpace, Space } from "../api/space.js";
import { Dict } from "../spaces/dict.js";
import { ObservationWrapper } from "./observation-wrapper.js";

/**
 * Shows of a Dict observation the parts under the given keys only.
 *
 * Throws InvalidArgument when the observations are no Dict, when no key is given, or one that the Dict lacks.
 */
export class FilterObservation<
  Act,
  InnerObs extends object = Record<string, unknown>,
  Key extends keyof InnerObs & string = keyof InnerObs & string,
> extends ObservationWrapper<Pick<InnerObs, Key>, Act, InnerObs> {
  readonly keys: readonly Key[];

  constructor(env: Env<InnerObs, Act>, keys: readonly Key[]) {
    super(env, filtered(env.observationSpace, keys));
    this.keys = [...keys];
  }

  protected override observation(inner: InnerObs): Pick<InnerObs, Key> {
    return picked(inner, this.keys);
  }
}

function filtered<T extends object, Key extends keyof T & string>(
  space: Space<T>,
  keys: readonly Key[],
): Dict<Pick<T, Key>> {
  if (space.kind !== "dict") {
    throw new InvalidArgument(
      "wrapper-space",
      `FilterObservation needs a Dict as observation space; the environment has ${String(space)}.`,
    );
  }
  const { spaces, sortKeys, keys: known } = space as DictSpace<T>;
  const missing = keys.find((key) => !known.includes(key));
  if (missing === undefined && keys.length > 0) {
    return new Dict<Pick<T, Key>>(picked(spaces, keys), { sortKeys });
  }
  throw new InvalidArgument(
    "filter-keys",
    missing === undefined
      ? `FilterObservation: at least one key must be given; there are ${known.join(", ")}.`
      : `FilterObservation: the observations have no "${missing}"; there are ${known.join(", ")}.${didYouMean(missing, known)}`,
  );
}

function picked<T extends object, Key extends keyof T>(from: T, keys: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, Key>;
}
