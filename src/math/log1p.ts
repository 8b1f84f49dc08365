import { log } from "./log.js";

/**
 * log(1 + x), within 2 ulp; NaN below -1.
 *
 * 1 + x is rounded to u, and what the rounding lost is put back to first order: (x - (u - 1)) / u.
 */
export function log1p(x: number): number {
  if (x === 0 || x === Number.POSITIVE_INFINITY) return x;
  const u = 1 + x;
  if (u === 1) return x;
  return u <= 0 || u === Number.POSITIVE_INFINITY ? log(u) : log(u) + (x - (u - 1)) / u;
}
