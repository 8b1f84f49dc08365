import { RlAdanError } from "../../src/errors.js";
import { Pcg64, type Pcg64State } from "../../src/random/pcg64.js";
import type { BoxSpace, FloatArray } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";

/**
 * A box in R^n (Gymnasium's Box for float types). Bounds are inclusive, may be infinite, and are kept in the dtype.
 *
 * low, high: a number for every component, or an array of the shape's length, row-major.
 * Throws RlAdanError when a bound is NaN or too large for float32, or low exceeds high.
 */
export class Box<T extends FloatArray = FloatArray> implements BoxSpace<T>, Stateful {
  readonly kind = "box";
  readonly low: FloatArray;
  readonly high: FloatArray;
  #generator: Pcg64 | undefined;

  constructor(
    low: number | ArrayLike<number>,
    high: number | ArrayLike<number>,
    readonly shape: readonly number[],
    readonly dtype: "float32" | "float64" = "float32",
  ) {
    const size = shape.reduce((product, length) => product * length, 1);
    this.low = filled(low, size, dtype);
    this.high = filled(high, size, dtype);
    for (let i = 0; i < size; i++) {
      if (this.low[i]! <= this.high[i]!) continue;
      throw new RlAdanError(
        "box-bounds",
        `Box: low ${this.low[i]} is not at most high ${this.high[i]} (component ${i}).`,
      );
    }
  }

  seed(seed: number | bigint): void {
    this.#generator = new Pcg64(seed);
  }

  /** Draws as Gymnasium does: unbounded, half-bounded, then bounded components, each group in order. */
  sample(): T {
    const generator = this.#seeded();
    const sample = new Float64Array(this.low.length);
    const draw = (belongs: (low: boolean, high: boolean) => boolean, value: (i: number) => number) => {
      for (let i = 0; i < sample.length; i++) {
        if (belongs(this.low[i]! > -Infinity, this.high[i]! < Infinity)) sample[i] = value(i);
      }
    };
    draw(
      (low, high) => !low && !high,
      () => generator.standardNormal(),
    );
    draw(
      (low, high) => low && !high,
      (i) => generator.standardExponential() + this.low[i]!,
    );
    draw(
      (low, high) => !low && high,
      (i) => this.high[i]! - generator.standardExponential(),
    );
    draw(
      (low, high) => low && high,
      (i) => generator.uniform(this.low[i]!, this.high[i]!),
    );
    return (this.dtype === "float32" ? Float32Array.from(sample) : sample) as T;
  }

  contains(value: unknown): boolean {
    const isTyped =
      value instanceof Float32Array || (value instanceof Float64Array && this.dtype === "float64");
    if (!isTyped || value.length !== this.low.length) return false;
    return value.every((component, i) => component >= this.low[i]! && component <= this.high[i]!);
  }

  toString(): string {
    return `Box(${shownBounds(this.low)}, ${shownBounds(this.high)}, (${this.shape.join(", ")}), ${this.dtype})`;
  }

  state(): StateTree {
    return this.#generator?.state() ?? null;
  }

  restore(state: StateTree): void {
    this.#generator = state === null ? undefined : Pcg64.from(state as Pcg64State);
  }

  #seeded(): Pcg64 {
    this.#generator ??= new Pcg64(entropySeed());
    return this.#generator;
  }
}

/** Bounds as a box shows them: one number where all are the same. */
export function shownBounds(bounds: FloatArray | Int32Array): string {
  return bounds.every((bound) => bound === bounds[0]) ? String(bounds[0]) : `[${bounds.join(" ")}]`;
}

/** 64 bits from the platform, for whoever samples or resets without a seed. */
export function entropySeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!;
}

function filled(bound: number | ArrayLike<number>, size: number, dtype: "float32" | "float64"): FloatArray {
  const values = typeof bound === "number" ? new Float64Array(size).fill(bound) : Float64Array.from(bound);
  if (values.length !== size) {
    throw new RlAdanError("box-shape", `Box: ${values.length} bounds were given for ${size} components.`);
  }
  if (dtype === "float64") return values;
  const rounded = Float32Array.from(values);
  const tooLarge = values.findIndex((value, i) => Number.isFinite(value) && !Number.isFinite(rounded[i]!));
  if (tooLarge === -1) return rounded;
  throw new RlAdanError(
    "box-bounds",
    `Box: the bound ${values[tooLarge]} is too large for float32 (component ${tooLarge}); use float64 or Infinity.`,
  );
}
