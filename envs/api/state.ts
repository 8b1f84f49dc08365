/**
 * How everything that changes during training is saved and restored.
 *
 * A state is plain data: objects and arrays of numbers, strings, booleans, null and typed arrays. A checkpoint
 * stores the typed arrays as named tensors (the path in the tree is the name) and the rest as JSON, so a state
 * must not hold non-finite numbers outside typed arrays, and 64-bit integers go in as decimal strings.
 */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export type StateTree =
  | null
  | boolean
  | number
  | string
  | TypedArray
  | readonly StateTree[]
  | { readonly [key: string]: StateTree };

/** Something that can be put away and taken up again to the last bit. `state()` is a copy, never a view. */
export interface Stateful<S extends StateTree = StateTree> {
  state(): S;
  restore(state: S): void;
}
