import { highWord, withHighWord } from "./bits.js";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const TWO_54 = 18014398509481984;

// Coefficients of (log((1+s)/(1-s)) - 2s) / s in s², minimax on |s| ≤ 0.1716.
const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

/**
 * The natural logarithm, within 1 ulp; NaN below 0, -Infinity at 0.
 *
 * Source of the method and its constants: FreeBSD msun e_log.c. x = 2^k·(1+f), sqrt(½) ≤ 1+f < sqrt(2), s = f/(2+f).
 */
export function log(x: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  let k = 0;
  let scaled = x;
  if (x < 2.2250738585072014e-308) {
    scaled = x * TWO_54;
    k = -54;
  }
  const word = highWord(scaled) + (0x3ff00000 - 0x3fe6a09e);
  k += (word >> 20) - 1023;
  const f = withHighWord(scaled, (word & 0xfffff) + 0x3fe6a09e) - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)));
  return k * LN2_HIGH - (half - (s * (half + t) + k * LN2_LOW) - f);
}
