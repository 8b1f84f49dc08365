import { RlAdanError } from "../../src/errors.js";
import type { StateTree } from "./state.js";

/** What a part of a saved state must be, and how an error says it. */
export interface StateField<T extends StateTree> {
  readonly expected: string;
  accepts(value: StateTree): value is T;
}

/**
 * The named parts of a saved state, each checked: it comes from a file, which may be another's, damaged or forged.
 * `what` is whose state it is, as an error names it; parts of other names are ignored.
 *
 * Throws RlAdanError naming the part, what it should be and what it is.
 */
export function readState<F extends Readonly<Record<string, StateField<StateTree>>>>(
  what: string,
  state: StateTree,
  fields: F,
): { readonly [K in keyof F]: F[K] extends StateField<infer T> ? T : never } {
  if (!isMapping(state)) throw misfit(what, "it", "a mapping", state);
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(state, name) ? state[name] : undefined;
    if (value === undefined || !field.accepts(value)) throw misfit(what, `"${name}"`, field.expected, value);
  }
  return state as never;
}

/** A state that its owner checks. */
export const anyState: StateField<StateTree> = {
  expected: "a state",
  accepts: (_value): _value is StateTree => true,
};

export const stateList: StateField<readonly StateTree[]> = { expected: "a list", accepts: isList };

export const flag: StateField<boolean> = {
  expected: "true or false",
  accepts: (value) => typeof value === "boolean",
};

export const text: StateField<string> = {
  expected: "text",
  accepts: (value) => typeof value === "string",
};

export const finiteNumber: StateField<number> = {
  expected: "a finite number",
  accepts: (value): value is number => Number.isFinite(value),
};

export const share: StateField<number> = {
  expected: "a number from 0 to 1",
  accepts: (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
};

export const wholeNumber: StateField<number> = {
  expected: "a whole number of at least 0",
  accepts: (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
};

export function orNull<T extends StateTree>(field: StateField<T>): StateField<T | null> {
  return {
    expected: `${field.expected}, or null`,
    accepts: (value): value is T | null => value === null || field.accepts(value),
  };
}

/** `length` float64 numbers; any number of them when it is left out. */
export function float64s(length?: number): StateField<Float64Array> {
  return arrayOf(Float64Array, "float64", length);
}

/** `length` float32 numbers; any number of them when it is left out. */
export function float32s(length?: number): StateField<Float32Array> {
  return arrayOf(Float32Array, "float32", length);
}

/** Of numbers that are all finite: what goes on being computed with. */
export function finite<T extends Float32Array | Float64Array>(field: StateField<T>): StateField<T> {
  return {
    expected: `finite ${field.expected}`,
    accepts: (value): value is T => field.accepts(value) && countNotFinite(value) === 0,
  };
}

function countNotFinite(values: Float32Array | Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count += 1;
  return count;
}

function arrayOf<T extends Float32Array | Float64Array>(
  type: abstract new (...args: never) => T,
  name: string,
  length: number | undefined,
): StateField<T> {
  return {
    expected: described(name, length),
    accepts: (value): value is T => value instanceof type && (length ?? value.length) === value.length,
  };
}

/** A list of `length` finite numbers. */
export function numbers(length: number): StateField<readonly number[]> {
  return {
    expected: `a list of ${length} finite numbers`,
    accepts: (value): value is readonly number[] =>
      isList(value) && value.length === length && value.every((item) => finiteNumber.accepts(item)),
  };
}

/** A list of float64 arrays. */
export const float64Lists: StateField<readonly Float64Array[]> = {
  expected: "a list of arrays of float64 numbers",
  accepts: (value): value is readonly Float64Array[] =>
    isList(value) && value.every((item) => item instanceof Float64Array),
};

function described(type: string, length: number | undefined): string {
  return length === undefined ? `${type} numbers` : `${length} ${type} numbers`;
}

function describedWithFaults(type: string, values: Float32Array | Float64Array): string {
  const notFinite = countNotFinite(values);
  return `${described(type, values.length)}${notFinite === 0 ? "" : `, ${notFinite} of them not finite`}`;
}

function isList(value: StateTree): value is readonly StateTree[] {
  return Array.isArray(value);
}

function isMapping(value: StateTree): value is { readonly [key: string]: StateTree } {
  return typeof value === "object" && value !== null && !isList(value) && !ArrayBuffer.isView(value);
}

function misfit(what: string, part: string, expected: string, found: StateTree | undefined): RlAdanError {
  return new RlAdanError(
    "saved-state",
    `A saved state does not fit ${what}: ${part} should be ${expected}, it is ${whatIs(found)}.`,
  );
}

const MAX_SHOWN_CHARACTERS = 40;

function whatIs(value: StateTree | undefined): string {
  if (value === undefined) return "missing";
  if (value instanceof Float64Array) return describedWithFaults("float64", value);
  if (value instanceof Float32Array) return describedWithFaults("float32", value);
  if (ArrayBuffer.isView(value)) return `an array of ${(value as Uint8Array).length} numbers`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "a mapping";
  const scalar = typeof value === "number" ? String(value) : JSON.stringify(value);
  return scalar.length > MAX_SHOWN_CHARACTERS ? `${scalar.slice(0, MAX_SHOWN_CHARACTERS)}…` : scalar;
}
