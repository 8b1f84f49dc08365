// The bit pattern of a double as two 32-bit words. One scratch value per thread; every engine that runs WebAssembly
// shared memory is little-endian.
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** The upper word: sign, exponent, the first 20 bits of the fraction. */
export function highWord(x: number): number {
  double[0] = x;
  return words[1]!;
}

/** x with its upper word replaced. */
export function withHighWord(x: number, high: number): number {
  double[0] = x;
  words[1] = high;
  return double[0]!;
}

/** 2^k for -1022 ≤ k ≤ 1023. */
export function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return double[0]!;
}
