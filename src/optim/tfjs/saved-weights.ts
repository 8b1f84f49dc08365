import type { Tensor } from "@tensorflow/tfjs";
import { RlAdanError } from "../../errors.js";
import type { NamedTensor } from "./tensorflow.js";

/** What an optimizer keeps for one variable. */
export interface VariableState<T extends Tensor = Tensor> {
  /** Steps since the start or the last restart. */
  step: number;
  readonly slots: Readonly<Record<string, T>>;
}

/** The states of an optimizer by the names of their variables. */
export type States<T extends Tensor = Tensor> = ReadonlyMap<string, VariableState<T>>;

/** Of a variable, or of its slots. */
export interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

/** `variable/slot` of every variable, one slot after another: the order in which TensorFlow.js's own optimizers list theirs. */
export function listSlots(slotNames: readonly string[], states: States): NamedTensor[] {
  return slotNames.flatMap((slot) =>
    [...states].map(([name, state]) => ({ name: `${name}/${slot}`, tensor: state.slots[slot]! })),
  );
}

/**
 * Reads what `getWeights` gives: `iter`, `steps` (of each variable), the slots. The slots are the given tensors.
 *
 * Throws RlAdanError when it is not from an optimizer with these slots.
 */
export async function readWeights(
  optimizer: string,
  slotNames: readonly string[],
  weights: readonly NamedTensor[],
): Promise<{ iterations: number; states: States }> {
  const names = weights.map(({ name }) => name);
  const [iterations, steps, ...slots] = weights;
  if (iterations?.name !== "iter" || steps?.name !== "steps") {
    throw misfit(optimizer, `it should begin with iter, steps; it holds ${list(names)}`);
  }
  const counts = [...(await steps.tensor.data())];
  const tensors = slots.map(({ tensor }) => tensor);
  const states = new Map(
    counts.map((step, i) => {
      const own = slotNames.map((slot, s) => [slot, tensors[s * counts.length + i]!] as const);
      return [variableName(names[2 + i], slotNames[0]!), { step, slots: Object.fromEntries(own) }];
    }),
  );
  const expected = listSlots(slotNames, states).map(({ name }) => name);
  if (list(expected) !== list(names.slice(2))) {
    throw misfit(
      optimizer,
      `it should hold ${list(slotNames)} of ${counts.length} variables; it holds ${list(names.slice(2))}`,
    );
  }
  for (const [name, { step, slots }] of states) {
    const shape = Object.values(slots)[0]!.shape;
    const isWhole = step >= 0 && Object.values(slots).every((slot) => isSameShape(slot.shape, shape));
    if (!isWhole) throw misfit(optimizer, `the steps or the shapes of ${name} are damaged`);
  }
  return { iterations: (await iterations.tensor.data())[0]!, states };
}

/**
 * The saved states under the names of the variables that go on with them.
 *
 * A variable takes the state of its name. Where not every name is found, it takes the one at its place, if the names
 * differ only in the number by which TensorFlow.js keeps names apart: a reloaded model's `kernel` is `kernel_1`, a
 * variable made without a name is `7`. Of some of the variables alone, names that differ only in that number say nothing:
 * `kernel_1` may be the saved `kernel` as well.
 *
 * Throws RlAdanError, listing both, when that fails or the shapes differ.
 */
export function renameStates<T extends Tensor>(
  optimizer: string,
  states: States<T>,
  variables: readonly Shaped[],
): Map<string, VariableState<T>> {
  const saved = shapesOf(states);
  const isWhole = variables.length === states.size;
  const isByName = variables.every(({ name }) => states.has(name)) && (isWhole || haveOwnStems(saved));
  const sources = isByName ? variables.map(({ name }) => saved.find((other) => other.name === name)!) : saved;
  const fits = (source: Shaped, i: number) =>
    stem(source.name) === stem(variables[i]!.name) && isSameShape(source.shape, variables[i]!.shape);
  if (sources.length !== variables.length || !sources.every(fits)) {
    throw otherVariables(optimizer, saved, variables);
  }
  const newNames = new Map(sources.map((source, i) => [source.name, variables[i]!.name]));
  return new Map([...states].map(([name, state]) => [newNames.get(name) ?? name, state]));
}

export function otherVariables(
  optimizer: string,
  saved: readonly Shaped[],
  variables: readonly Shaped[],
): RlAdanError {
  const show = (shaped: readonly Shaped[]) => list(shaped.map(({ name, shape }) => `${name} [${shape}]`));
  return misfit(
    optimizer,
    `it is of ${show(saved)}; the variables now are ${show(variables)}. ` +
      "Load it for the variables that it was saved with, or make a new optimizer",
  );
}

export function shapesOf(states: States): Shaped[] {
  return [...states].map(([name, { slots }]) => ({ name, shape: Object.values(slots)[0]!.shape }));
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function variableName(slotName = "", slot: string): string {
  return slotName.endsWith(`/${slot}`) ? slotName.slice(0, -slot.length - 1) : slotName;
}

function haveOwnStems(all: readonly Shaped[]): boolean {
  return new Set(all.map(({ name }) => stem(name))).size === all.length;
}

function stem(name: string): string {
  return name.replace(/(^|_)\d+$/, "");
}

function list(names: readonly string[]): string {
  return names.join(", ") || "nothing";
}

function misfit(optimizer: string, why: string): RlAdanError {
  return new RlAdanError("optimizer-state", `The saved state does not fit optimizer ${optimizer}: ${why}.`);
}
