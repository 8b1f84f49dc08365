import type { BoxSpace, DiscreteSpace, FloatArray, MultiDiscreteSpace, Space } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";
import { sameBits } from "../checker/same-bits.js";
import { Box } from "../spaces/box.js";
import { Discrete } from "../spaces/discrete.js";
import { IntegerBox } from "../spaces/integer-box.js";
import { MultiDiscrete } from "../spaces/multi-discrete.js";
import { UnbatchableSpaces } from "./errors.js";
import type { BatchedSpace, SingleSpace } from "./vector-env.js";

/** A Box as plain data: what is compared between sub-environments and sent between threads. */
export interface BoxData {
  readonly kind: "box";
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float64";
  readonly low: FloatArray;
  readonly high: FloatArray;
  readonly generator: StateTree;
}

export interface DiscreteData {
  readonly kind: "discrete";
  readonly n: number;
  readonly start: number;
  readonly generator: StateTree;
}

export interface MultiDiscreteData {
  readonly kind: "multi-discrete";
  readonly nvec: Int32Array;
  readonly start: Int32Array;
  readonly generator: StateTree;
}

export type SpaceData = BoxData | DiscreteData | MultiDiscreteData;

/** The spaces of one environment as data. */
export interface EnvSpaces {
  readonly observation: SpaceData;
  readonly action: SpaceData;
}

/** Throws UnbatchableSpaces when a space is of another kind than Box, Discrete and MultiDiscrete. */
export function spacesOf(env: {
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
}): EnvSpaces {
  return { observation: spaceData(env.observationSpace), action: spaceData(env.actionSpace) };
}

/** The spaces that all sub-environments share. Throws UnbatchableSpaces naming the first that differs from number 0. */
export function commonSpaces(all: readonly EnvSpaces[]): EnvSpaces {
  const first = all[0]!;
  for (const what of ["observation", "action"] as const) {
    const different = all.findIndex((spaces) => !isSame(spaces[what], first[what]));
    if (different === -1) continue;
    throw new UnbatchableSpaces(
      "vector-spaces-differ",
      `The ${what} space of sub-environment ${different} is ${singleSpace(all[different]![what])}, but that of ` +
        `sub-environment 0 is ${singleSpace(first[what])}; a vector environment needs equal ones.`,
    );
  }
  return first;
}

/** Numbers that a row of the space has, and their type. */
export function rowOf(data: SpaceData): { size: number; type: "float32" | "float64" | "int32" } {
  if (data.kind === "box") return { size: data.low.length, type: data.dtype };
  return { size: data.kind === "discrete" ? 1 : data.nvec.length, type: "int32" };
}

/** The space again, its generator at the same place. */
export function singleSpace(data: SpaceData): SingleSpace {
  return at(data.generator, spaceFrom(data));
}

/** numEnvs copies of the space as one, [numEnvs, ...shape], with a copy of its generator. */
export function batchedSpace(data: SpaceData, numEnvs: number): BatchedSpace {
  return at(data.generator, batchFrom(data, numEnvs));
}

/** The space of numEnvs rows, [numEnvs, ...shape]. Throws UnbatchableSpaces for another kind. */
export function batchSpace(space: SingleSpace, numEnvs: number): BatchedSpace {
  return batchedSpace(spaceData(space), numEnvs);
}

function spaceFrom(data: SpaceData): SingleSpace {
  switch (data.kind) {
    case "box":
      return new Box(data.low, data.high, data.shape, data.dtype);
    case "discrete":
      return new Discrete(data.n, data.start);
    case "multi-discrete":
      return new MultiDiscrete(data.nvec, data.start);
  }
}

function batchFrom(data: SpaceData, numEnvs: number): BatchedSpace {
  const tiled = (values: ArrayLike<number>) =>
    Float64Array.from({ length: numEnvs * values.length }, (_, i) => values[i % values.length]!);
  switch (data.kind) {
    case "box":
      return new Box(tiled(data.low), tiled(data.high), [numEnvs, ...data.shape], data.dtype);
    case "discrete":
      return new MultiDiscrete(tiled([data.n]), tiled([data.start]));
    case "multi-discrete": {
      const last = data.nvec.map((count, i) => data.start[i]! + count - 1);
      return new IntegerBox(tiled(data.start), tiled(last), [numEnvs, data.nvec.length]);
    }
  }
}

// By its kind, not its class: a module of the user's may bring spaces of its own.
function spaceData(space: Space<unknown>): SpaceData {
  const isOwn = [Box, Discrete, MultiDiscrete].some((kind) => space instanceof kind);
  const generator = isOwn ? (space as SingleSpace).state() : null;
  const known = space as BoxSpace | DiscreteSpace | MultiDiscreteSpace;
  switch (known.kind) {
    case "box": {
      const { kind, shape, dtype, low, high } = known;
      return { kind, shape: [...shape], dtype, low, high, generator };
    }
    case "discrete": {
      const { kind, n, start } = known;
      return { kind, n, start, generator };
    }
    case "multi-discrete": {
      const { kind, nvec, start } = known;
      return { kind, nvec, start, generator };
    }
    default:
      throw new UnbatchableSpaces(
        "vector-space",
        `Spaces must be Box, Discrete or MultiDiscrete to be batched; this one is ${String(space)}` +
          `${(space as Space<unknown>).kind === "dict" ? "; a FlattenObservation makes one vector of a Dict" : ""}.`,
      );
  }
}

/** Whether two spaces are equal, wherever their generators are. */
function isSame(a: SpaceData, b: SpaceData): boolean {
  return sameBits({ ...a, generator: null }, { ...b, generator: null });
}

function at<S extends Stateful>(generator: StateTree, space: S): S {
  space.restore(generator);
  return space;
}
