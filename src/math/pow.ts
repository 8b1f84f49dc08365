import { exp } from "./exp.js";
import { log } from "./log.js";

/** Exponents up to this are whole products, exact to a few ulp; beyond it log and exp serve. */
const MAX_PRODUCT_EXPONENT = 1024;

/**
 * base^exponent: repeated products for whole exponents, else e^(exponent·log base), whose relative error grows to
 * about |exponent·log base|·2e-16. NaN for a negative base with a fractional exponent.
 */
export function pow(base: number, exponent: number): number {
  if (Number.isInteger(exponent) && Math.abs(exponent) <= MAX_PRODUCT_EXPONENT) {
    const product = wholePower(base, Math.abs(exponent));
    return exponent < 0 ? 1 / product : product;
  }
  if (base === 0) return exponent > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exp(exponent * log(base));
}

function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
