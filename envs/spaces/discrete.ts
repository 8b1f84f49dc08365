import { Pcg64, type Pcg64State } from "../../src/random/pcg64.js";
import { InvalidArgument } from "../api/errors.js";
import type { DiscreteSpace } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";
import { shown } from "../arguments.js";
import { entropySeed } from "./box.js";

/** As many as one bounded 32-bit draw can tell apart. */
const MAX_COUNT = 4294967296;

/** NumPy's own: the square root of the spacing of doubles at 1. */
const PROBABILITY_SUM_TOLERANCE = 1.4901161193847656e-8;

/** Narrows one draw: a mask of zeros and ones, or probabilities, one for every element; not both. */
export interface DiscreteChoice {
  /** Uniform among the ones; `start` where there are none. */
  readonly mask?: ArrayLike<number>;
  /** Non-negative, with sum 1. */
  readonly probability?: ArrayLike<number>;
}

/**
 * The whole numbers from `start` to `start + n - 1` (Gymnasium's Discrete).
 *
 * n: from 1 to 2^32. Throws InvalidArgument when n or start is not such a number.
 */
export class Discrete implements DiscreteSpace, Stateful {
  readonly kind = "discrete";
  readonly shape = [];
  #generator: Pcg64 | undefined;

  constructor(
    readonly n: number,
    readonly start = 0,
  ) {
    if (!(Number.isSafeInteger(n) && n >= 1 && n <= MAX_COUNT)) {
      throw new InvalidArgument(
        "discrete",
        `Discrete: n must be a whole number from 1 to 2^32, got ${shown(n)}.`,
      );
    }
    if (!Number.isSafeInteger(start)) {
      throw new InvalidArgument("discrete", `Discrete: start must be a whole number, got ${shown(start)}.`);
    }
  }

  seed(seed: number | bigint): void {
    this.#generator = new Pcg64(seed);
  }

  /** Throws InvalidArgument when a mask or probabilities don't fit the space. */
  sample({ mask, probability }: DiscreteChoice = {}): number {
    this.#generator ??= new Pcg64(entropySeed());
    if (mask !== undefined && probability !== undefined) {
      throw new InvalidArgument(
        "discrete-choice",
        "Discrete: sample takes a mask or probabilities, not both.",
      );
    }
    if (mask !== undefined) return this.start + this.#masked(this.#generator, mask);
    if (probability !== undefined) return this.start + this.#weighted(this.#generator, probability);
    return this.start + this.#generator.integers(this.n);
  }

  #masked(generator: Pcg64, mask: ArrayLike<number>): number {
    this.#checkLength(mask, "mask");
    const allowed: number[] = [];
    for (let i = 0; i < this.n; i++) {
      if (mask[i] === 1) allowed.push(i);
      else if (mask[i] !== 0) {
        throw new InvalidArgument("discrete-mask", `Discrete: a mask holds 0 and 1, got ${shown(mask[i])}.`);
      }
    }
    return allowed.length === 0 ? 0 : allowed[generator.integers(allowed.length)]!;
  }

  /** By the inverse of the cumulative sum, as NumPy's choice. */
  #weighted(generator: Pcg64, probability: ArrayLike<number>): number {
    this.#checkLength(probability, "probability");
    const cumulative = new Float64Array(this.n);
    let sum = 0;
    for (let i = 0; i < this.n; i++) {
      const share = probability[i]!;
      if (!(share >= 0 && share <= 1)) {
        throw new InvalidArgument(
          "discrete-probability",
          `Discrete: a probability is a number from 0 to 1, got ${shown(share)}.`,
        );
      }
      sum += share;
      cumulative[i] = sum;
    }
    if (Math.abs(sum - 1) > PROBABILITY_SUM_TOLERANCE) {
      throw new InvalidArgument("discrete-probability", `Discrete: probabilities must sum to 1, got ${sum}.`);
    }
    const drawn = generator.random();
    return cumulative.findIndex((bound) => bound / sum > drawn);
  }

  #checkLength(values: ArrayLike<number>, what: string): void {
    if (values.length === this.n) return;
    throw new InvalidArgument(
      "discrete-length",
      `Discrete: ${what} must have ${this.n} numbers, got ${values.length}.`,
    );
  }

  contains(value: unknown): boolean {
    return (
      Number.isSafeInteger(value) &&
      (value as number) >= this.start &&
      (value as number) < this.start + this.n
    );
  }

  toString(): string {
    return this.start === 0 ? `Discrete(${this.n})` : `Discrete(${this.n}, start=${this.start})`;
  }

  state(): StateTree {
    return this.#generator?.state() ?? null;
  }

  restore(state: StateTree): void {
    this.#generator = state === null ? undefined : Pcg64.from(state as Pcg64State);
  }
}
