import type { StateTree, TypedArray } from "../../envs/api/state.js";
import { RlAdanError } from "../errors.js";

/** Deep enough for any state of ours, shallow enough for the stack. */
const MAX_DEPTH = 64;
const TENSOR_KEY = "$tensor";

/** A state as a file pair holds it: typed arrays by their path in the tree, and JSON with a mark where each was. */
export interface SplitState {
  readonly tensors: Map<string, TypedArray>;
  readonly json: unknown;
}

/** Splits a state into tensors and JSON. Throws on a non-finite number outside a typed array: JSON can't hold it. */
export function splitStateTree(tree: StateTree): SplitState {
  const tensors = new Map<string, TypedArray>();
  const visit = (node: StateTree, path: string): unknown => {
    if (ArrayBuffer.isView(node)) {
      tensors.set(path, node as TypedArray);
      return { [TENSOR_KEY]: path };
    }
    if (Array.isArray(node)) return node.map((child, i) => visit(child as StateTree, join(path, String(i))));
    if (typeof node === "object" && node !== null) {
      return Object.fromEntries(
        Object.entries(node).map(([key, child]) => [key, visit(child, join(path, key))]),
      );
    }
    if (typeof node === "number" && !Number.isFinite(node)) {
      throw new RlAdanError("state-number", `The state holds ${node} at ${path}; only typed arrays may.`);
    }
    return Object.is(node, -0) ? 0 : node;
  };
  return { json: visit(tree, ""), tensors };
}

/** The tree again. Throws when a mark names a tensor that is not there, or the JSON is nested too deep. */
export function joinStateTree({ tensors, json }: SplitState): StateTree {
  const visit = (node: unknown, depth: number): StateTree => {
    if (depth > MAX_DEPTH)
      throw new RlAdanError("state-depth", `The state is nested deeper than ${MAX_DEPTH} levels.`);
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

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}
