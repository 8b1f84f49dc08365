import { powerOfTwo } from "./bits.js";

const LN2_HIGH = 6.93147180369123816490e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.4426950408889634;
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019411;

// Coefficients of x·(exp(x) + 1) / (exp(x) - 1) - 2 in x², minimax on |x| ≤ ½·ln 2.
const P1 = 1.66666666666666019037e-1;
const P2 = -2.77777777770155933842e-3;
const P3 = 6.61375632143793436117e-5;
const P4 = -1.65339022054652515390e-6;
const P5 = 4.13813679705723846039e-8;

/**
 * e^x, within 1 ulp.
 *
 * Source of the method and its constants: FreeBSD msun e_exp.c. x = k·ln 2 + r, |r| ≤ ½·ln 2, and a rational in r.
 */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < UNDERFLOW) return 0;
  if (Math.abs(x) < 2.5e-8) return 1 + x;
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
