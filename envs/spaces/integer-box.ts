import { Pcg64, type Pcg64State } from "../../src/random/pcg64.js";
import { InvalidArgument } from "../api/errors.js";
import type { IntegerBoxSpace } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";
import { entropySeed, shownBounds } from "./box.js";

/**
 * A box of whole numbers in 32 bits (Gymnasium's Box of dtype int32). Bounds are inclusive.
 *
 * low, high: of every component, of the shape's length, row-major.
 * Throws InvalidArgument when a bound is no such number, low exceeds high, or there are more or fewer than components.
 */
export class IntegerBox implements IntegerBoxSpace, Stateful {
  readonly kind = "integer-box";
  readonly low: Int32Array;
  readonly high: Int32Array;
  #generator: Pcg64 | undefined;

  constructor(
    low: ArrayLike<number>,
    high: ArrayLike<number>,
    readonly shape: readonly number[],
  ) {
    const size = shape.reduce((product, length) => product * length, 1);
    this.low = Int32Array.from(low);
    this.high = Int32Array.from(high);
    const isRight = (_: unknown, i: number) =>
      this.low[i] === low[i] && this.high[i] === high[i] && low[i]! <= high[i]!;
    if (low.length === size && high.length === size && this.low.every(isRight)) return;
    throw new InvalidArgument(
      "integer-box",
      `IntegerBox: whole numbers of 32 bits for ${size} components are needed, low at most high; ` +
        `got [${Array.from(low).join(" ")}] and [${Array.from(high).join(" ")}].`,
    );
  }

  seed(seed: number | bigint): void {
    this.#generator = new Pcg64(seed);
  }

  /** One double for every component, in order. */
  sample(): Int32Array {
    this.#generator ??= new Pcg64(entropySeed());
    const generator = this.#generator;
    return this.low.map((low, i) => Math.floor(generator.uniform(low, this.high[i]! + 1)));
  }

  contains(value: unknown): boolean {
    return (
      value instanceof Int32Array &&
      value.length === this.low.length &&
      value.every((component, i) => component >= this.low[i]! && component <= this.high[i]!)
    );
  }

  toString(): string {
    return `Box(${shownBounds(this.low)}, ${shownBounds(this.high)}, (${this.shape.join(", ")}), int32)`;
  }

  state(): StateTree {
    return this.#generator?.state() ?? null;
  }

  restore(state: StateTree): void {
    this.#generator = state === null ? undefined : Pcg64.from(state as Pcg64State);
  }
}
