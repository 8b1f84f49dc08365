import type { StateTree, TypedArray } from "../../envs/api/state.js";
import { RlAdanError } from "../errors.js";

/** Deep enough for any state of ours, shallow enough for the stack. */
const MAX_DEPTH = 64;
const TENSOR_KEY = "$tensor";
/** The mark of a tensor, an object's prototype, and the one name that safetensors keeps for itself. */
const RESERVED_KEYS = new Set([TENSOR_KEY, "__proto__", "__metadata__"]);

/** A state as a file pair holds it: typed arrays by their path in the tree, and JSON with a mark where each was. */
export interface SplitState {
  readonly tensors: Map<string, TypedArray>;
  readonly json: unknown;
}

/**
 * Splits a state into tensors and JSON.
 *
 * Outside typed arrays -0 becomes 0, as in JSON. Throws on what could not be read back: a non-finite number outside a
 * typed array, a key that has a meaning of its own, two typed arrays of one path ("a/b" and a, b), too deep a tree.
 */
export function splitStateTree(tree: StateTree): SplitState {
  const tensors = new Map<string, TypedArray>();
  const visit = (node: StateTree, path: string, depth: number): unknown => {
    checkDepth(depth);
    if (ArrayBuffer.isView(node)) {
      if (tensors.has(path)) throw new RlAdanError("state-tensor", `The state holds two tensors "${path}".`);
      tensors.set(path, node as TypedArray);
      return { [TENSOR_KEY]: path };
    }
    if (Array.isArray(node)) {
      return node.map((child, i) => visit(child as StateTree, join(path, String(i)), depth + 1));
    }
    if (typeof node === "object" && node !== null) {
      return Object.fromEntries(
        Object.entries(node).map(([key, child]) => {
          if (RESERVED_KEYS.has(key))
            throw new RlAdanError(
              "state-key",
              `The state may not have a key "${key}" (at ${join(path, key)}).`,
            );
          return [key, visit(child, join(path, key), depth + 1)];
        }),
      );
    }
    if (typeof node === "number" && !Number.isFinite(node)) {
      throw new RlAdanError("state-number", `The state holds ${node} at ${path}; only typed arrays may.`);
    }
    return Object.is(node, -0) ? 0 : node;
  };
  return { json: visit(tree, "", 0), tensors };
}

/** The tree again. Throws when a mark names a tensor that is not there, or the JSON is nested too deep. */
export function joinStateTree({ tensors, json }: SplitState): StateTree {
  const visit = (node: unknown, depth: number): StateTree => {
    checkDepth(depth);
    if (Array.isArray(node)) return node.map((child) => visit(child, depth + 1));
    if (typeof node !== "object" || node === null) return node as StateTree;
    const name = (node as Record<string, unknown>)[TENSOR_KEY];
    if (typeof name === "string") {
      const tensor = tensors.get(name);
      if (tensor === undefined)
        throw new RlAdanError("state-tensor", `The state names a tensor "${name}" that is missing.`);
      return tensor;
    }
    const entries = Object.entries(node).filter(([key]) => key !== "__proto__");
    return Object.fromEntries(entries.map(([key, child]) => [key, visit(child, depth + 1)]));
  };
  return visit(json, 0);
}

/** Throws when JSON from a file is nested too deep to be walked by recursion, as `JSON.stringify` would. */
export function checkJsonDepth(json: unknown, depth = 0): void {
  checkDepth(depth);
  if (typeof json !== "object" || json === null) return;
  for (const child of Object.values(json)) checkJsonDepth(child, depth + 1);
}

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH)
    throw new RlAdanError("state-depth", `The state is nested deeper than ${MAX_DEPTH} levels.`);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}
