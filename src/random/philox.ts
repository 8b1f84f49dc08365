const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/**
 * Philox-4x32-10: four random 32-bit words from a 64-bit key and a 128-bit counter, written to out[0..3].
 *
 * Counter-based: equal inputs give equal words, and nothing is remembered.
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export function philox4x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  out: Uint32Array,
): void {
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  let x0 = counter0 >>> 0;
  let x1 = counter1 >>> 0;
  let x2 = counter2 >>> 0;
  let x3 = counter3 >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, x0);
    const low0 = Math.imul(MULTIPLIER_0, x0);
    const high1 = multiplyHigh(MULTIPLIER_1, x2);
    const low1 = Math.imul(MULTIPLIER_1, x2);
    x0 = (high1 ^ x1 ^ k0) >>> 0;
    x1 = low1 >>> 0;
    x2 = (high0 ^ x3 ^ k1) >>> 0;
    x3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** The upper 32 bits of a 32×32-bit product, through 16-bit halves whose products are exact in a double. */
export function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}
