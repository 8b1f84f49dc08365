import { Pcg64, type Pcg64State } from "../../src/random/pcg64.js";
import { InvalidArgument } from "../api/errors.js";
import type { MultiDiscreteSpace } from "../api/space.js";
import type { Stateful, StateTree } from "../api/state.js";
import { shown } from "../arguments.js";
import { entropySeed } from "./box.js";

const MAX_INT32 = 2147483647;

/**
 * A vector of whole numbers, component i from `start[i]` to `start[i] + nvec[i] - 1` (Gymnasium's MultiDiscrete of one
 * axis). What an Int32Array can't hold is refused with InvalidArgument.
 */
export class MultiDiscrete implements MultiDiscreteSpace, Stateful {
  readonly kind = "multi-discrete";
  readonly shape: readonly number[];
  readonly nvec: Int32Array;
  readonly start: Int32Array;
  #generator: Pcg64 | undefined;

  constructor(nvec: ArrayLike<number>, start: ArrayLike<number> = new Int32Array(nvec.length)) {
    if (start.length !== nvec.length) {
      throw new InvalidArgument(
        "multi-discrete",
        `MultiDiscrete: ${start.length} starts were given for ${nvec.length} components.`,
      );
    }
    for (let i = 0; i < nvec.length; i++) {
      if (isCount(nvec[i]!) && isStart(start[i]!) && start[i]! + nvec[i]! - 1 <= MAX_INT32) continue;
      throw new InvalidArgument(
        "multi-discrete",
        `MultiDiscrete: component ${i} can't count ${shown(nvec[i])} from ${shown(start[i])} in 32 bits.`,
      );
    }
    this.shape = [nvec.length];
    this.nvec = Int32Array.from(nvec);
    this.start = Int32Array.from(start);
  }

  seed(seed: number | bigint): void {
    this.#generator = new Pcg64(seed);
  }

  /** One double for every component, in order. */
  sample(): Int32Array {
    this.#generator ??= new Pcg64(entropySeed());
    const generator = this.#generator;
    return this.nvec.map((count, i) => this.start[i]! + Math.floor(generator.random() * count));
  }

  contains(value: unknown): boolean {
    return (
      value instanceof Int32Array &&
      value.length === this.nvec.length &&
      value.every((choice, i) => choice >= this.start[i]! && choice <= this.start[i]! + this.nvec[i]! - 1)
    );
  }

  toString(): string {
    const counts = `[${this.nvec.join(" ")}]`;
    const isFromZero = this.start.every((first) => first === 0);
    return `MultiDiscrete(${isFromZero ? counts : `${counts}, start=[${this.start.join(" ")}]`})`;
  }

  state(): StateTree {
    return this.#generator?.state() ?? null;
  }

  restore(state: StateTree): void {
    this.#generator = state === null ? undefined : Pcg64.from(state as Pcg64State);
  }
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 1 && n <= MAX_INT32;
}

function isStart(start: number): boolean {
  return Number.isSafeInteger(start) && start >= -MAX_INT32 - 1 && start <= MAX_INT32;
}
