import { powerOfTwo } from "./bits.js";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
// biome-ignore lint/suspicious/noApproximativeNumericConstant: an engine's own constants are not on the way to the bits
const INVERSE_LN2 = 1.4426950408889634;
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019411;
/** 2^-28: the next term, x²/2, is far below the last place of 1 + x. */
const TINY = 3.725290298461914e-9;

// Coefficients of x·(exp(x) + 1) / (exp(x) - 1) - 2 in x², minimax on |x| ≤ ½·ln 2.
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;

/**
 * e^x, within 1 ulp.
 *
 * Source of the method and its constants: FreeBSD msun e_exp.c. x = k·ln 2 + r, |r| ≤ ½·ln 2, and a rational in r.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < UNDERFLOW) return 0;
  if (Math.abs(x) < TINY) return 1 + x;
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k > 1022) return y * powerOfTwo(k - 1) * 2;
  if (k < -1021) return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
  return y * powerOfTwo(k);
}
