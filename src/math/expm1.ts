import { exp } from "./exp.js";
import { log } from "./log.js";

/** e^x - 1, within 3 ulp. Source: Kahan's quotient (u - 1)·x / log(u), u = e^x, in which the rounding of u cancels. */
export function expm1(x: number): number {
  if (Math.abs(x) < 1e-16) return x;
  const u = exp(x);
  if (u === 1) return x;
  if (u - 1 === -1) return -1;
  return u === Number.POSITIVE_INFINITY ? u : (u - 1) * (x / log(u));
}
