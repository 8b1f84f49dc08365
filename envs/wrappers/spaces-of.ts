import { InvalidArgument } from "../api/errors.js";
import type { BoxSpace, FloatArray } from "../api/space.js";

/** The space as a Box; throws InvalidArgument naming the wrapper that needs one, and the space. */
export function boxOf(space: unknown, wrapper: string, of: "observation" | "action"): BoxSpace {
  if ((space as BoxSpace).kind === "box") return space as BoxSpace;
  throw new InvalidArgument(
    "wrapper-space",
    `${wrapper} needs a Box as ${of} space; the environment has ${String(space)}.`,
  );
}

/** Zeros, or what in the box is nearest to them. */
export function zeroOf(space: BoxSpace): FloatArray {
  return space.low.map((low, i) => Math.min(Math.max(0, low), space.high[i]!));
}

/** Every value clipped to the bounds of its component; one row of the box or several. */
export function clipped<T extends FloatArray>(values: T, { low, high }: BoxSpace): T {
  const size = low.length;
  return values.map((value, i) => Math.min(Math.max(value, low[i % size]!), high[i % size]!)) as T;
}

/** A copy of the values in the space's own type. */
export function floatsOf(
  space: { readonly dtype: "float32" | "float64" },
  values: ArrayLike<number>,
): FloatArray {
  const floats = arrayOf(space, values.length);
  floats.set(values);
  return floats;
}

/** An array of the space's own type, of zeros. */
export function arrayOf(space: { readonly dtype: "float32" | "float64" }, length: number): FloatArray {
  return space.dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
}
