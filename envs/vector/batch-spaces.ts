import type { BoxSpace, DiscreteSpace, FloatArray, Space } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";
import { Box } from "../spaces/box.js";
import { Discrete } from "../spaces/discrete.js";
import { MultiDiscrete } from "../spaces/multi-discrete.js";
import { UnbatchableSpaces } from "./errors.js";

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

/** The spaces of one environment as data. */
export interface EnvSpaces {
  readonly observation: BoxData;
  readonly action: BoxData | DiscreteData;
}

/** Throws UnbatchableSpaces when the observation space is no Box, or the action space neither Box nor Discrete. */
export function spacesOf(env: {
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
}): EnvSpaces {
  const observation = spaceData(env.observationSpace);
  const action = spaceData(env.actionSpace);
  if (observation?.kind !== "box")
    throw unbatchable("Observation spaces must be Boxes", env.observationSpace);
  if (action === undefined) throw unbatchable("Action spaces must be Boxes or Discrete", env.actionSpace);
  return { observation, action };
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

/** The space again, its generator at the same place. */
export function singleSpace(data: BoxData): Box;
export function singleSpace(data: BoxData | DiscreteData): Box | Discrete;
export function singleSpace(data: BoxData | DiscreteData): Box | Discrete {
  return at(
    data.generator,
    data.kind === "box"
      ? new Box(data.low, data.high, data.shape, data.dtype)
      : new Discrete(data.n, data.start),
  );
}

/** numEnvs copies of the space as one, [numEnvs, ...shape], with a copy of its generator. */
export function batchedSpace(data: BoxData, numEnvs: number): Box;
export function batchedSpace(data: BoxData | DiscreteData, numEnvs: number): Box | MultiDiscrete;
export function batchedSpace(data: BoxData | DiscreteData, numEnvs: number): Box | MultiDiscrete {
  const tiled = (values: ArrayLike<number>) =>
    Float64Array.from({ length: numEnvs * values.length }, (_, i) => values[i % values.length]!);
  return at(
    data.generator,
    data.kind === "box"
      ? new Box(tiled(data.low), tiled(data.high), [numEnvs, ...data.shape], data.dtype)
      : new MultiDiscrete(tiled([data.n]), tiled([data.start])),
  );
}

/** The space of numEnvs rows, [numEnvs, ...shape]. Throws UnbatchableSpaces for another kind. */
export function batchSpace(space: Box, numEnvs: number): Box;
export function batchSpace(space: Box | Discrete, numEnvs: number): Box | MultiDiscrete;
export function batchSpace(space: Box | Discrete, numEnvs: number): Box | MultiDiscrete {
  const data = spaceData(space);
  if (data === undefined) throw unbatchable("A space must be a Box or Discrete", space);
  return batchedSpace(data, numEnvs);
}

// By its kind, not its class: a module of the user's may bring spaces of its own.
function spaceData(space: Space<unknown>): BoxData | DiscreteData | undefined {
  const generator = space instanceof Box || space instanceof Discrete ? space.state() : null;
  if (space.kind === "box") {
    const { shape, dtype, low, high } = space as BoxSpace;
    return { kind: "box", shape: [...shape], dtype, low, high, generator };
  }
  if (space.kind !== "discrete") return undefined;
  const { n, start } = space as unknown as DiscreteSpace;
  return { kind: "discrete", n, start, generator };
}

function isSame(a: BoxData | DiscreteData, b: BoxData | DiscreteData): boolean {
  if (a.kind === "discrete" || b.kind === "discrete") {
    return a.kind === "discrete" && b.kind === "discrete" && a.n === b.n && a.start === b.start;
  }
  const areEqual = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    x.length === y.length && Array.from(x).every((value, i) => value === y[i]);
  return (
    a.dtype === b.dtype && areEqual(a.shape, b.shape) && areEqual(a.low, b.low) && areEqual(a.high, b.high)
  );
}

function at<S extends Stateful>(generator: StateTree, space: S): S {
  space.restore(generator);
  return space;
}

function unbatchable(rule: string, space: Space<unknown>): UnbatchableSpaces {
  return new UnbatchableSpaces("vector-space", `${rule} to be batched; this one is ${String(space)}.`);
}
