import { orNull, readState, type StateField, wholeNumber } from "../../envs/api/saved-state.js";
import type { Stateful, StateTree } from "../../envs/api/state.js";
import { UsageError } from "../errors.js";
import { exp, log1p } from "../math/index.js";
import { exponentialZiggurat, normalZiggurat } from "./ziggurat.js";

const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

export type Pcg64State = {
  readonly state: string;
  readonly increment: string;
  readonly spare: number | null;
};

/**
 * NumPy's default generator: PCG64 seeded through SeedSequence, bit for bit (uniforms, integers; normals and
 * exponentials to 1e-13, as far as NumPy's own rounded tables allow).
 *
 * seed: a non-negative safe integer or bigint; throws UsageError otherwise.
 * Source: O'Neill 2014 (pcg-random.org); NumPy's `numpy/random/bit_generator.pyx` and `distributions.c` for the order
 * of draws.
 */
export class Pcg64 implements Stateful {
  #state: bigint;
  #increment: bigint;
  /** The upper half of the last 64 bits of which only the lower half was handed out as a 32-bit draw. */
  #spare: number | null = null;

  constructor(seed: number | bigint) {
    const [s0, s1, s2, s3] = seedWords(checkedSeed(seed));
    this.#increment = ((((s2 << 64n) | s3) << 1n) | 1n) & MASK_128;
    this.#state = 0n;
    this.#advance();
    this.#state = (this.#state + ((s0 << 64n) | s1)) & MASK_128;
    this.#advance();
  }

  #advance(): void {
    this.#state = (this.#state * MULTIPLIER + this.#increment) & MASK_128;
  }

  nextUint64(): bigint {
    this.#advance();
    const high = this.#state >> 64n;
    const value = (high ^ this.#state) & MASK_64;
    const turn = high >> 58n;
    return ((value >> turn) | (value << ((64n - turn) & 63n))) & MASK_64;
  }

  nextUint32(): number {
    if (this.#spare !== null) {
      const word = this.#spare;
      this.#spare = null;
      return word;
    }
    const bits = this.nextUint64();
    this.#spare = Number(bits >> 32n);
    return Number(bits & 0xffffffffn);
  }

  /** A double in [0, 1) with 53 bits. */
  random(): number {
    return Number(this.nextUint64() >> 11n) / 9007199254740992;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /**
   * A whole number in [0, n): Lemire's multiply-shift.
   *
   * n: a whole number from 1 to 2^32; throws UsageError otherwise.
   */
  integers(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 4294967296)) {
      throw new UsageError(
        "integers-bound",
        `integers(n) draws below a whole number n from 1 to 2^32, got ${String(n)}.`,
      );
    }
    if (n === 1) return 0;
    const threshold = (4294967296 - n) % n;
    let product: bigint;
    do product = BigInt(this.nextUint32()) * BigInt(n);
    while (Number(product & 0xffffffffn) < threshold);
    return Number(product >> 32n);
  }

  /** By the ziggurat, in NumPy's bit order. */
  standardNormal(): number {
    const { edge, width, accept, height } = normalZiggurat();
    for (;;) {
      const bits = this.nextUint64();
      const layer = Number(bits & 0xffn);
      const isNegative = (bits >> 8n) & 1n;
      const fraction = (bits >> 9n) & 0xfffffffffffffn;
      const magnitude = Number(fraction) * width[layer]!;
      const x = isNegative ? -magnitude : magnitude;
      if (Number(fraction) < accept[layer]!) return x;
      if (layer === 0) {
        const tail = this.#normalTail(edge);
        return (fraction >> 8n) & 1n ? -tail : tail;
      }
      if ((height[layer - 1]! - height[layer]!) * this.random() + height[layer]! < exp(-0.5 * x * x))
        return x;
    }
  }

  #normalTail(edge: number): number {
    for (;;) {
      const a = -log1p(-this.random()) / edge;
      const b = -log1p(-this.random());
      if (b + b > a * a) return edge + a;
    }
  }

  /** By the ziggurat, in NumPy's bit order. */
  standardExponential(): number {
    const { edge, width, accept, height } = exponentialZiggurat();
    for (;;) {
      const bits = this.nextUint64() >> 3n;
      const layer = Number(bits & 0xffn);
      const fraction = Number(bits >> 8n);
      const x = fraction * width[layer]!;
      if (fraction < accept[layer]!) return x;
      // Beyond the edge the distribution is itself again.
      if (layer === 0) return edge - log1p(-this.random());
      if ((height[layer - 1]! - height[layer]!) * this.random() + height[layer]! < exp(-x)) return x;
    }
  }

  state(): Pcg64State {
    return { state: this.#state.toString(), increment: this.#increment.toString(), spare: this.#spare };
  }

  restore(saved: StateTree): void {
    const { state, increment, spare } = readState("a generator", saved, {
      state: word128,
      increment: oddWord128,
      spare: orNull(word32),
    });
    this.#state = BigInt(state);
    this.#increment = BigInt(increment);
    this.#spare = spare;
  }

  /** The generator that a saved state belongs to. */
  static from(saved: StateTree): Pcg64 {
    const generator = new Pcg64(0);
    generator.restore(saved);
    return generator;
  }
}

const word32: StateField<number> = {
  expected: "a whole number below 2^32",
  accepts: (value): value is number => wholeNumber.accepts(value) && value <= 0xffffffff,
};

const word128: StateField<string> = {
  expected: "a decimal number below 2^128",
  accepts: (value): value is string =>
    typeof value === "string" && /^\d{1,39}$/.test(value) && BigInt(value) <= MASK_128,
};

/** An even increment shortens the period, down to a generator that stands still: draws that reject would never end. */
const oddWord128: StateField<string> = {
  expected: "an odd decimal number below 2^128",
  accepts: (value): value is string => word128.accepts(value) && BigInt(value) % 2n === 1n,
};

function checkedSeed(seed: number | bigint): bigint {
  if (typeof seed === "bigint" ? seed >= 0n : Number.isSafeInteger(seed) && seed >= 0) return BigInt(seed);
  throw new UsageError(
    "seed",
    `A seed is a whole number of at least 0 (a bigint beyond 2^53 - 1), got ${seed}.`,
  );
}

const POOL_SIZE = 4;

/** SeedSequence: four 64-bit words out of a seed of any length. */
function seedWords(seed: bigint): [bigint, bigint, bigint, bigint] {
  const entropy: number[] = [];
  for (let rest = seed; rest > 0n; rest >>= 32n) entropy.push(Number(rest & 0xffffffffn));
  const pool = mixedPool(entropy);
  let hash = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => {
    let value = pool[i % POOL_SIZE]! ^ hash;
    hash = Math.imul(hash, 0x58f38ded);
    value = Math.imul(value, hash);
    return BigInt((value ^ (value >>> 16)) >>> 0);
  });
  const pair = (i: number) => words[2 * i]! | (words[2 * i + 1]! << 32n);
  return [pair(0), pair(1), pair(2), pair(3)];
}

function mixedPool(entropy: readonly number[]): number[] {
  let hash = 0x43b0d7e5;
  const hashed = (input: number) => {
    let value = input ^ hash;
    hash = Math.imul(hash, 0x931e8875);
    value = Math.imul(value, hash);
    return value ^ (value >>> 16);
  };
  const mixed = (x: number, y: number) => {
    const value = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return value ^ (value >>> 16);
  };
  const pool = Array.from({ length: POOL_SIZE }, (_, i) => hashed(entropy[i] ?? 0));
  for (let source = 0; source < POOL_SIZE; source++) {
    for (let target = 0; target < POOL_SIZE; target++) {
      if (source !== target) pool[target] = mixed(pool[target]!, hashed(pool[source]!));
    }
  }
  for (const word of entropy.slice(POOL_SIZE)) {
    for (let target = 0; target < POOL_SIZE; target++) pool[target] = mixed(pool[target]!, hashed(word));
  }
  return pool;
}
