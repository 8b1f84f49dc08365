const TWO_OVER_PI = 0.6366197723675814;
// π/2 in three parts of at most 33 bits, so that k times a part is exact for |k| < 2^20.
const HALF_PI_1 = 1.57079632673412561417;
const HALF_PI_2 = 6.07710050630396597660e-11;
const HALF_PI_3 = 2.02226624879595063154e-21;

/** Beyond this the three-part reduction is no longer exact; the result loses accuracy gradually. */
export const ACCURATE_ANGLE = 1e6;

/**
 * sin(x), within 1 ulp for |x| ≤ 1e6 (away from multiples of π, where the error is below 1e-16 absolute).
 *
 * Source of the polynomials: FreeBSD msun k_sin.c and k_cos.c, minimax on |x| ≤ π/4.
 */
export function sin(x: number): number {
  const k = nearestQuadrant(x);
  const r = reduce(x, k);
  switch (k & 3) {
    case 0:
      return sinPolynomial(r);
    case 1:
      return cosPolynomial(r);
    case 2:
      return -sinPolynomial(r);
    default:
      return -cosPolynomial(r);
  }
}

/** cos(x); accuracy and source as `sin`. */
export function cos(x: number): number {
  const k = nearestQuadrant(x);
  const r = reduce(x, k);
  switch (k & 3) {
    case 0:
      return cosPolynomial(r);
    case 1:
      return -sinPolynomial(r);
    case 2:
      return -cosPolynomial(r);
    default:
      return sinPolynomial(r);
  }
}

function nearestQuadrant(x: number): number {
  return Math.floor(x * TWO_OVER_PI + 0.5);
}

function reduce(x: number, k: number): number {
  return x - k * HALF_PI_1 - k * HALF_PI_2 - k * HALF_PI_3;
}

function sinPolynomial(x: number): number {
  const z = x * x;
  const tail =
    8.33333333332248946124e-3 +
    z * (-1.98412698298579493134e-4 + z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + x * z * (-1.66666666666666324348e-1 + z * tail);
}

function cosPolynomial(x: number): number {
  const z = x * x;
  const tail =
    z * z * (4.16666666666666019037e-2 +
    z * (-1.38888888888741095749e-3 + z * (2.48015872894767294178e-5 + z * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const rest = 1 - half;
  return rest + (1 - rest - half + tail);
}
