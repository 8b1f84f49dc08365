import seedrandom from "seedrandom";
import { UsageError } from "../errors.js";

/** Two 32-bit words that key a counter-based generator. */
export type StreamKey = readonly [number, number];

/**
 * The key of a named stream, such as (1, "noise/env-3"): each consumer of randomness has its own name, so that none
 * moves another's numbers. The name is turned into bits by `seedrandom`.
 *
 * seed: a non-negative safe integer; throws UsageError otherwise.
 */
export function streamKey(seed: number, name: string): StreamKey {
  const generator = named(seed, name);
  return [generator.int32() >>> 0, generator.int32() >>> 0];
}

/** 64 bits of a named stream: an environment's seed. */
export function streamSeed64(seed: number, name: string): bigint {
  const [high, low] = streamKey(seed, name);
  return (BigInt(high) << 32n) | BigInt(low);
}

function named(seed: number, name: string) {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError("seed", `A seed is a whole number from 0 to 2^53 - 1, got ${seed}.`);
  }
  return seedrandom(`${seed}/${name}`);
}
