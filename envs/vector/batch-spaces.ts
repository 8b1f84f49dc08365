import type { BoxSpace, FloatArray, Space } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Box } from "../spaces/box.js";
import { UnbatchableSpaces } from "./errors.js";

/** A Box as plain data: what is compared between sub-environments and sent between threads. */
export interface BoxData {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float64";
  readonly low: FloatArray;
  readonly high: FloatArray;
  readonly generator: StateTree;
}

/** The spaces of one environment as data. */
export interface EnvSpaces {
  readonly observation: BoxData;
  readonly action: BoxData;
}

/** Throws UnbatchableSpaces when one of the spaces is not a Box. */
export function spacesOf(env: {
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
}): EnvSpaces {
  return { observation: boxData(env.observationSpace), action: boxData(env.actionSpace) };
}

/** The spaces that all sub-environments share. Throws UnbatchableSpaces naming the first that differs from number 0. */
export function commonSpaces(all: readonly EnvSpaces[]): EnvSpaces {
  const first = all[0]!;
  for (const kind of ["observation", "action"] as const) {
    const different = all.findIndex((spaces) => !isSameBox(spaces[kind], first[kind]));
    if (different === -1) continue;
    throw new UnbatchableSpaces(
      "vector-spaces-differ",
      `The ${kind} space of sub-environment ${different} is ${boxFrom(all[different]![kind])}, but that of ` +
        `sub-environment 0 is ${boxFrom(first[kind])}; a vector environment needs equal ones.`,
    );
  }
  return first;
}

/** The space again, its generator at the same place. */
export function boxFrom({ low, high, shape, dtype, generator }: BoxData): Box {
  const box = new Box(low, high, shape, dtype);
  box.restore(generator);
  return box;
}

/** numEnvs copies of the space as one, [numEnvs, ...shape], with a copy of its generator. */
export function batchBox({ low, high, shape, dtype, generator }: BoxData, numEnvs: number): Box {
  const box = new Box(tiled(low, numEnvs), tiled(high, numEnvs), [numEnvs, ...shape], dtype);
  box.restore(generator);
  return box;
}

function boxData(space: Space<unknown>): BoxData {
  // By its kind: a module of the user's may bring a Box of its own.
  if (space.kind !== "box") {
    throw new UnbatchableSpaces("vector-space", `Only Box spaces can be batched, not ${String(space)}.`);
  }
  const { shape, dtype, low, high } = space as BoxSpace;
  const generator = space instanceof Box ? space.state() : null;
  return { shape: [...shape], dtype, low, high, generator };
}

function isSameBox(a: BoxData, b: BoxData): boolean {
  const isSame = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    x.length === y.length && Array.from(x).every((value, i) => value === y[i]);
  return a.dtype === b.dtype && isSame(a.shape, b.shape) && isSame(a.low, b.low) && isSame(a.high, b.high);
}

function tiled(values: FloatArray, count: number): Float64Array {
  return Float64Array.from({ length: count * values.length }, (_, i) => values[i % values.length]!);
}
