import type { Info } from "../api/env.js";
import { shown } from "../arguments.js";
import { isPlain } from "../plain-object.js";
import { UnbatchableInfo } from "./errors.js";

/**
 * The infos of all sub-environments as one: under each key an array over them, under `_key` who has an entry.
 *
 * | value | stored as |
 * |---|---|
 * | number | Float64Array [numEnvs] |
 * | boolean | Uint8Array [numEnvs], 0 or 1 |
 * | typed array | one of its kind, [numEnvs, length], flat; every sub-environment's has the same length |
 * | plain object | a VectorInfo of its own |
 * | anything else, and `final_obs` | array [numEnvs], null where absent |
 *
 * Masks are Uint8Array [numEnvs]. Absent numbers are 0. The first value of a key decides how it is stored.
 */
export interface VectorInfo {
  [key: string]: VectorInfoValue;
}

export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

export type VectorInfoValue = NumericArray | unknown[] | VectorInfo;

/** What one sub-environment said in one call, in the order of telling. */
export interface IndexedInfo {
  readonly index: number;
  readonly info: Info;
}

/** Batches infos; keys stand in the order of their first appearance. Throws UnbatchableInfo naming key and index. */
export function batchInfos(entries: readonly IndexedInfo[], numEnvs: number): VectorInfo {
  const batched: VectorInfo = {};
  for (const { index, info } of entries) addInfo(batched, info, index, numEnvs);
  return batched;
}

function addInfo(batched: VectorInfo, info: Info, index: number, numEnvs: number): void {
  for (const [key, value] of Object.entries(info)) {
    if (key === "__proto__") refuse(key, value, index, "nothing: this name is JavaScript's own");
    if (!Object.hasOwn(batched, key)) batched[key] = storageFor(key, value, numEnvs);
    store(batched[key]!, key, value, index, numEnvs);
    if (!Object.hasOwn(batched, `_${key}`)) batched[`_${key}`] = new Uint8Array(numEnvs);
    (batched[`_${key}`] as Uint8Array)[index] = 1;
  }
}

function storageFor(key: string, value: unknown, numEnvs: number): VectorInfoValue {
  if (key === "final_obs") return new Array<unknown>(numEnvs).fill(null);
  if (typeof value === "number") return new Float64Array(numEnvs);
  if (typeof value === "boolean") return new Uint8Array(numEnvs);
  if (isNumericArray(value)) {
    return new (value.constructor as new (length: number) => NumericArray)(numEnvs * value.length);
  }
  return isPlain(value) ? {} : new Array<unknown>(numEnvs).fill(null);
}

function store(target: VectorInfoValue, key: string, value: unknown, index: number, numEnvs: number): void {
  if (Array.isArray(target)) {
    target[index] = value;
  } else if (isNumericArray(target)) {
    const size = target.length / numEnvs;
    if (isNumericArray(value) && value.length === size) target.set(value, index * size);
    else if ((typeof value === "number" || typeof value === "boolean") && size === 1) {
      target[index] = Number(value);
    } else refuse(key, value, index, `${target.constructor.name} of ${size} a piece`);
  } else if (isPlain(value)) addInfo(target, value, index, numEnvs);
  else refuse(key, value, index, "object");
}

function refuse(key: string, value: unknown, index: number, kind: string): never {
  const got = isNumericArray(value) ? `${value.constructor.name} of ${value.length}` : shown(value);
  throw new UnbatchableInfo(
    "vector-info",
    `Info "${key}" of sub-environment ${index} is ${got}, but an earlier sub-environment made it ${kind}.`,
  );
}

export function isNumericArray(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
  );
}
