const TWO_OVER_PI = 0.6366197723675814;
// π/2 in three parts of at most 33 bits, so that k times a part is exact for |k| < 2^20.
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;

/** Beyond this, neighbouring doubles are so far apart and the reduction so coarse that no digit would be right. */
const LARGEST_ANGLE = 1e15;

/**
 * sin(x), within 2.5 ulp for |x| ≤ 1e6. Beyond, k times a part of π/2 is no longer exact and the absolute error grows
 * to about |x|·2e-16; from 1e15 on the result is NaN.
 *
 * Source of the polynomials: FreeBSD msun k_sin.c and k_cos.c, minimax on |x| ≤ π/4.
 */
export function sin(x: number): number {
  if (x === 0) return x;
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
  return Math.abs(x) < LARGEST_ANGLE ? Math.floor(x * TWO_OVER_PI + 0.5) : Number.NaN;
}

function reduce(x: number, k: number): number {
  return x - k * HALF_PI_1 - k * HALF_PI_2 - k * HALF_PI_3;
}

function sinPolynomial(x: number): number {
  const z = x * x;
  const tail =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x + x * z * (-0.16666666666666632 + z * tail);
}

function cosPolynomial(x: number): number {
  const z = x * x;
  const tail =
    z *
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  const half = 0.5 * z;
  const rest = 1 - half;
  return rest + (1 - rest - half + tail);
}
