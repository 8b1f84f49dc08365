import { Pcg64 } from "../../src/random/pcg64.js";
import type { DictSpace, Space } from "../api/space.js";
import { isPlain } from "../plain-object.js";

/** From 0 up to here, exclusive, are the seeds that the parts are given. */
const PART_SEEDS = 2147483647;

export interface DictOptions {
  /** false: the keys stay in the order in which they are given. Default true, as in Gymnasium. */
  readonly sortKeys?: boolean;
}

/**
 * Spaces under names (Gymnasium's Dict); its values are plain objects with one entry for each. It has no shape of its own.
 *
 * `keys` has the order in which the parts are seeded, drawn and flattened.
 */
export class Dict<T extends object = Record<string, unknown>> implements DictSpace<T> {
  readonly kind = "dict";
  readonly shape = [];
  readonly keys: readonly (keyof T & string)[];
  /** Whether `keys` was sorted. */
  readonly sortKeys: boolean;

  constructor(
    readonly spaces: { readonly [K in keyof T]: Space<T[K]> },
    { sortKeys = true }: DictOptions = {},
  ) {
    const keys = Object.keys(spaces) as (keyof T & string)[];
    this.keys = sortKeys ? keys.sort() : keys;
    this.sortKeys = sortKeys;
  }

  /** Seeds every part with a number drawn from a generator of this seed. */
  seed(seed: number | bigint): void {
    const generator = new Pcg64(seed);
    for (const key of this.keys) this.spaces[key].seed(generator.integers(PART_SEEDS));
  }

  sample(): T {
    return Object.fromEntries(this.keys.map((key) => [key, this.spaces[key].sample()])) as T;
  }

  contains(value: unknown): boolean {
    return (
      isPlain(value) &&
      Object.keys(value).length === this.keys.length &&
      this.keys.every((key) => Object.hasOwn(value, key) && this.spaces[key].contains(value[key]))
    );
  }

  toString(): string {
    return `Dict(${this.keys.map((key) => `'${key}': ${String(this.spaces[key])}`).join(", ")})`;
  }
}
