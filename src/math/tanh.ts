import { expm1 } from "./expm1.js";

/** The hyperbolic tangent, within 4 ulp: e / (e + 2) with e = e^2|x| - 1. */
export function tanh(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 20) return x > 0 ? 1 : -1;
  const e = expm1(2 * magnitude);
  return x < 0 ? -(e / (e + 2)) : x === 0 ? x : e / (e + 2);
}
