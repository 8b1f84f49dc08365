import type { TypedArray } from "./state.js";

/** What an observation or an action may be. `sample` and `seed` are NumPy-exact (Gymnasium's own generator per space). */
export interface Space<T> {
  readonly kind: string;
  readonly shape: readonly number[];
  seed(seed: number | bigint): void;
  sample(): T;
  contains(value: unknown): boolean;
  toString(): string;
}

export type FloatArray = Float32Array | Float64Array;

/** A box in R^n, row-major; bounds are inclusive and may be infinite. */
export interface BoxSpace<T extends TypedArray = FloatArray> extends Space<T> {
  readonly kind: "box";
  readonly dtype: "float32" | "float64";
  readonly low: FloatArray;
  readonly high: FloatArray;
}

/** The whole numbers from `start` to `start + n - 1`. */
export interface DiscreteSpace extends Space<number> {
  readonly kind: "discrete";
  readonly n: number;
  readonly start: number;
}

/** One Discrete for every component, row-major. */
export interface MultiDiscreteSpace extends Space<Int32Array> {
  readonly kind: "multi-discrete";
  readonly nvec: Int32Array;
  readonly start: Int32Array;
}

/** A box of whole numbers in 32 bits, row-major; bounds are inclusive. */
export interface IntegerBoxSpace extends Space<Int32Array> {
  readonly kind: "integer-box";
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** Spaces under names; `keys` has their order. Values are plain objects with one entry for each. */
export interface DictSpace<T extends object = Record<string, unknown>> extends Space<T> {
  readonly kind: "dict";
  readonly keys: readonly (keyof T & string)[];
  readonly spaces: { readonly [K in keyof T]: Space<T[K]> };
  /** Whether `keys` was sorted. */
  readonly sortKeys: boolean;
}
