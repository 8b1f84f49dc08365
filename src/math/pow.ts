import { exp } from "./exp.js";
import { log } from "./log.js";

/** Whole exponents up to this are products, so that what a double can hold (10^22, 2^60) comes out exact. */
const MAX_PRODUCT_EXPONENT = 1024;

/**
 * base^exponent. Whole exponents up to 1024: repeated products, within 1 + |exponent| ulp. Others:
 * e^(exponent·log base), within 2 + 3·|exponent·log base| ulp. NaN for a negative base with a fractional exponent.
 */
export function pow(base: number, exponent: number): number {
  if (Number.isInteger(exponent) && Math.abs(exponent) <= MAX_PRODUCT_EXPONENT) {
    const product = wholePower(base, Math.abs(exponent));
    if (exponent >= 0) return product;
    // The reciprocal of a product beyond the range can still be a subnormal number.
    if (Math.abs(product) !== Number.POSITIVE_INFINITY) return 1 / product;
  }
  if (Number.isNaN(exponent)) return exponent;
  if (base === 0) return exponent > 0 ? 0 : Number.POSITIVE_INFINITY;
  if (base > 0 || !Number.isInteger(exponent)) return exp(exponent * log(base));
  const magnitude = exp(exponent * log(-base));
  return exponent % 2 === 0 ? magnitude : -magnitude;
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
