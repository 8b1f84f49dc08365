import { UsageError } from "../errors.js";
import { type Estimate, sampleEfficiency } from "../stats/index.js";
import type { Scalars } from "./scalar-log.js";

/** What the x axis counts: env steps, or minutes of logging. */
export type CurveAxis = "steps" | "minutes";

/** The interquartile mean over runs along training, with its 95 % interval where there is more than one run. */
export interface Curve {
  readonly x: readonly number[];
  readonly points: readonly Estimate[];
  /** How many runs it is over. */
  readonly runs: number;
}

/** As many as a figure of a column's width can show. */
const GRID_POINTS = 60;

/**
 * The curve over several runs, from where each has its first point up to where the shortest ends. Runs with the same few points
 * (evaluations) are taken there; else each is read at equal distances, where the last point logged by then counts.
 *
 * series: one of each run, finite values. undefined where they have no common part.
 */
export function curveOver(series: readonly Scalars[], axis: CurveAxis): Curve | undefined {
  if (series.length === 0 || series.some(({ values }) => values.length === 0)) return undefined;
  const places = series.map((scalars) => placesOf(scalars, axis));
  const x = commonPoints(places) ?? grid(places);
  if (x.length === 0) return undefined;
  const curves = series.map(({ values }, run) => [x.map((place) => valueAt(places[run]!, values, place))]);
  return { x, points: sampleEfficiency(curves), runs: series.length };
}

function placesOf({ steps, seconds }: Scalars, axis: CurveAxis): Float64Array {
  if (axis === "steps") return steps;
  if (axis === "minutes") return seconds.map((value) => value / 60);
  throw new UsageError("axis", `The x axis counts steps or minutes, got ${JSON.stringify(axis)}.`);
}

function commonPoints(places: readonly Float64Array[]): number[] | undefined {
  const [first] = places;
  const isSame = first!.length <= GRID_POINTS && places.every((other) => isEqual(first!, other));
  return isSame ? [...new Set(first)] : undefined;
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((place, i) => place === b[i]);
}

function grid(places: readonly Float64Array[]): number[] {
  const start = Math.max(...places.map((of) => of[0]!));
  const end = Math.min(...places.map((of) => of.at(-1)!));
  const all = Array.from({ length: GRID_POINTS }, (_, i) => end * ((i + 1) / GRID_POINTS));
  return all.filter((place) => place >= start);
}

/** The last value logged at or before a place. */
function valueAt(places: Float64Array, values: Float64Array, place: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  return values[low - 1]!;
}
