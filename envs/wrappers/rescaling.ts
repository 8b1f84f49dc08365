import { InvalidArgument, InvalidBound } from "../api/errors.js";
import type { BoxSpace, FloatArray } from "../api/space.js";
import { shown } from "../arguments.js";
import { Box } from "../spaces/box.js";
import { boxOf } from "./spaces-of.js";

export type Bound = number | ArrayLike<number>;

/**
 * The affine map from a box onto other bounds, y = gradient·x + intercept, in the precision of the box.
 *
 * A component without bounds keeps its values; one bounded on one side is shifted. Arrays have the box's length.
 */
export interface Rescaling {
  readonly box: Box;
  readonly gradient: FloatArray;
  readonly intercept: FloatArray;
}

/**
 * The rescaling of a box onto [low, high].
 *
 * Throws InvalidArgument when a target is infinite where the box is not or the reverse, when low exceeds high, or when
 * an array has another length than the box.
 */
export function rescaling(box: BoxSpace, low: Bound, high: Bound, wrapper: string): Rescaling {
  const size = box.low.length;
  const targetLow = spread(low, size, wrapper);
  const targetHigh = spread(high, size, wrapper);
  const round = box.dtype === "float32" ? Math.fround : (value: number) => value;
  const gradient = box.low.slice().fill(1);
  const intercept = box.low.slice().fill(0);
  for (let i = 0; i < size; i++) {
    checkComponent(box, targetLow[i]!, targetHigh[i]!, i, wrapper);
    const isBoundedBelow = Number.isFinite(targetLow[i]!);
    const isBoundedAbove = Number.isFinite(targetHigh[i]!);
    if (isBoundedBelow && isBoundedAbove) {
      gradient[i] = (targetHigh[i]! - targetLow[i]!) / (box.high[i]! - box.low[i]!);
    }
    if (isBoundedBelow) intercept[i] = round(gradient[i]! * -box.low[i]!) + targetLow[i]!;
    else if (isBoundedAbove) intercept[i] = targetHigh[i]! - box.high[i]!;
  }
  return { box: new Box(targetLow, targetHigh, box.shape, box.dtype), gradient, intercept };
}

/**
 * The rescaling of a space of actions onto [low, high], for `unscaled`.
 *
 * Throws as `rescaling`, also when the space is no Box, and InvalidBound when low and high are equal somewhere.
 */
export function actionRescaling(space: unknown, low: Bound, high: Bound, wrapper: string): Rescaling {
  const map = rescaling(boxOf(space, wrapper, "action"), low, high, wrapper);
  const equal = map.box.low.findIndex((bound, i) => bound === map.box.high[i]);
  if (equal === -1) return map;
  throw new InvalidBound(
    "rescale-bounds",
    `${wrapper}: low and high are both ${map.box.low[equal]} (component ${equal}): no action could be told from another.`,
  );
}

/** The way back, (y - intercept)/gradient, of one row or several. */
export function unscaled<T extends FloatArray>(values: T, { gradient, intercept }: Rescaling): T {
  const size = gradient.length;
  // Storing the difference in the array rounds it to the array's precision.
  const shifted = values.map((value, i) => value - intercept[i % size]!);
  return shifted.map((value, i) => value / gradient[i % size]!) as T;
}

function checkComponent(box: BoxSpace, low: number, high: number, i: number, wrapper: string): void {
  if (!(low <= high)) {
    throw new InvalidArgument(
      "rescale-bounds",
      `${wrapper}: the lower bound ${low} must be at most the upper bound ${high} (component ${i}).`,
    );
  }
  const fits = (target: number, bound: number) =>
    target === bound || (Number.isFinite(target) && Number.isFinite(bound));
  if (fits(low, box.low[i]!) && fits(high, box.high[i]!)) return;
  throw new InvalidArgument(
    "rescale-bounds",
    `${wrapper}: component ${i} has the bounds [${box.low[i]}, ${box.high[i]}], which can't be scaled to [${low}, ${high}]; infinite bounds stay as they are.`,
  );
}

function spread(bound: Bound, size: number, wrapper: string): Float64Array {
  if (typeof bound === "number") return new Float64Array(size).fill(bound);
  if (bound.length === size) return Float64Array.from(bound);
  throw new InvalidArgument(
    "rescale-bounds",
    `${wrapper}: ${bound.length} bounds were given for ${size} components (${shown(bound)}).`,
  );
}
