// One pass over the flat parameters. Coefficients come rounded to float32; a tail of fewer than four parameters runs
// the same operations one by one.

/** Σ values², float64, in eight lanes (index mod 8) joined as ((0+1)+(2+3))+((4+5)+(6+7)). */
export function sumOfSquares(values: usize, count: i32): f64 {
  let s01 = f64x2.splat(0);
  let s23 = f64x2.splat(0);
  let s45 = f64x2.splat(0);
  let s67 = f64x2.splat(0);
  let i: i32 = 0;
  for (; i + 8 <= count; i += 8) {
    const low = v128.load(values);
    const high = v128.load(values, 16);
    values += 32;
    s01 = addSquares(s01, low);
    s23 = addSquares(s23, v128.shuffle<f32>(low, low, 2, 3, 2, 3));
    s45 = addSquares(s45, high);
    s67 = addSquares(s67, v128.shuffle<f32>(high, high, 2, 3, 2, 3));
  }
  let l0 = f64x2.extract_lane(s01, 0);
  let l1 = f64x2.extract_lane(s01, 1);
  let l2 = f64x2.extract_lane(s23, 0);
  let l3 = f64x2.extract_lane(s23, 1);
  let l4 = f64x2.extract_lane(s45, 0);
  let l5 = f64x2.extract_lane(s45, 1);
  let l6 = f64x2.extract_lane(s67, 0);
  const l7 = f64x2.extract_lane(s67, 1);
  const rest: i32 = count - i;
  if (rest > 0) l0 += squareAt(values, 0);
  if (rest > 1) l1 += squareAt(values, 1);
  if (rest > 2) l2 += squareAt(values, 2);
  if (rest > 3) l3 += squareAt(values, 3);
  if (rest > 4) l4 += squareAt(values, 4);
  if (rest > 5) l5 += squareAt(values, 5);
  if (rest > 6) l6 += squareAt(values, 6);
  return l0 + l1 + (l2 + l3) + (l4 + l5 + (l6 + l7));
}

// @ts-ignore: decorator
@inline
function addSquares(sum: v128, values: v128): v128 {
  const wide = f64x2.promote_low_f32x4(values);
  return f64x2.add(sum, f64x2.mul(wide, wide));
}

// @ts-ignore: decorator
@inline
function squareAt(values: usize, index: i32): f64 {
  const value = f64(f32.load(values + (usize(index) << 2)));
  return value * value;
}

/** values ← 0 */
export function clear(values: usize, count: i32): void {
  memory.fill(values, 0, usize(count) << 2);
}

/** values ← values · factor */
export function scale(values: usize, factor: f32, count: i32): void {
  const factors = f32x4.splat(factor);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(values, f32x4.mul(v128.load(values), factors));
    values += 16;
  }
  for (; i < count; i++) {
    f32.store(values, f32.load(values) * factor);
    values += 4;
  }
}

export function adan(
  parameters: usize,
  gradients: usize,
  m: usize,
  v: usize,
  n: usize,
  previous: usize,
  count: i32,
  isFirst: bool,
  beta1: f32,
  beta2: f32,
  beta3: f32,
  weight1: f32,
  weight2: f32,
  weight3: f32,
  correction1: f32,
  correction2: f32,
  correction3: f32,
  eps: f32,
  learningRate: f32,
  keep: f32,
  shrink: f32,
): void {
  let at: usize = 0;
  const vectors: usize = (usize(count) >> 2) << 4;
  // Two at a time share the coefficients, which V8 makes anew in each turn of a loop.
  for (; at + 32 <= vectors; at += 32) {
    adanVector(
      at, parameters, gradients, m, v, n, previous, isFirst, beta1, beta2, beta3, weight1, weight2, weight3,
      correction1, correction2, correction3, eps, learningRate, keep, shrink,
    );
    adanVector(
      at + 16, parameters, gradients, m, v, n, previous, isFirst, beta1, beta2, beta3, weight1, weight2, weight3,
      correction1, correction2, correction3, eps, learningRate, keep, shrink,
    );
  }
  if (at < vectors) {
    adanVector(
      at, parameters, gradients, m, v, n, previous, isFirst, beta1, beta2, beta3, weight1, weight2, weight3,
      correction1, correction2, correction3, eps, learningRate, keep, shrink,
    );
    at += 16;
  }
  for (const end: usize = usize(count) << 2; at < end; at += 4) {
    const g = f32.load(gradients + at);
    const d = g - (isFirst ? g : f32.load(previous + at));
    const w = g + beta2 * d;
    const mi = beta1 * f32.load(m + at) + weight1 * g;
    const vi = beta2 * f32.load(v + at) + weight2 * d;
    const ni = beta3 * f32.load(n + at) + weight3 * w * w;
    const direction = mi * correction1 + vi * correction2;
    const denominator = sqrt<f32>(ni) * correction3 + eps;
    const move = learningRate * (direction / denominator);
    f32.store(parameters + at, (f32.load(parameters + at) * keep - move) * shrink);
    f32.store(m + at, mi);
    f32.store(v + at, vi);
    f32.store(n + at, ni);
    f32.store(previous + at, g);
  }
}

// @ts-ignore: decorator
@inline
function adanVector(
  at: usize,
  parameters: usize,
  gradients: usize,
  m: usize,
  v: usize,
  n: usize,
  previous: usize,
  isFirst: bool,
  beta1: f32,
  beta2: f32,
  beta3: f32,
  weight1: f32,
  weight2: f32,
  weight3: f32,
  correction1: f32,
  correction2: f32,
  correction3: f32,
  eps: f32,
  learningRate: f32,
  keep: f32,
  shrink: f32,
): void {
  const g = v128.load(gradients + at);
  const d = f32x4.sub(g, isFirst ? g : v128.load(previous + at));
  const w = f32x4.add(g, f32x4.mul(f32x4.splat(beta2), d));
  const mi = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(m + at)), f32x4.mul(f32x4.splat(weight1), g));
  const vi = f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(v + at)), f32x4.mul(f32x4.splat(weight2), d));
  const ni = f32x4.add(
    f32x4.mul(f32x4.splat(beta3), v128.load(n + at)),
    f32x4.mul(f32x4.mul(f32x4.splat(weight3), w), w),
  );
  const direction = f32x4.add(f32x4.mul(mi, f32x4.splat(correction1)), f32x4.mul(vi, f32x4.splat(correction2)));
  const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(ni), f32x4.splat(correction3)), f32x4.splat(eps));
  const move = f32x4.mul(f32x4.splat(learningRate), f32x4.div(direction, denominator));
  const kept = f32x4.mul(v128.load(parameters + at), f32x4.splat(keep));
  v128.store(parameters + at, f32x4.mul(f32x4.sub(kept, move), f32x4.splat(shrink)));
  v128.store(m + at, mi);
  v128.store(v + at, vi);
  v128.store(n + at, ni);
  v128.store(previous + at, g);
}

export function adam(
  parameters: usize,
  gradients: usize,
  m: usize,
  n: usize,
  count: i32,
  beta1: f32,
  beta2: f32,
  weight1: f32,
  weight2: f32,
  correction1: f32,
  correction2: f32,
  gradientWeight: f32,
  eps: f32,
  learningRate: f32,
  keep: f32,
): void {
  let at: usize = 0;
  const vectors: usize = (usize(count) >> 2) << 4;
  for (; at < vectors; at += 16) {
    const g = v128.load(gradients + at);
    const mi = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(m + at)), f32x4.mul(f32x4.splat(weight1), g));
    const ni = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(n + at)),
      f32x4.mul(f32x4.mul(f32x4.splat(weight2), g), g),
    );
    const direction = f32x4.add(
      f32x4.mul(mi, f32x4.splat(correction1)),
      f32x4.mul(g, f32x4.splat(gradientWeight)),
    );
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(ni), f32x4.splat(correction2)), f32x4.splat(eps));
    const move = f32x4.mul(f32x4.splat(learningRate), f32x4.div(direction, denominator));
    v128.store(parameters + at, f32x4.sub(f32x4.mul(v128.load(parameters + at), f32x4.splat(keep)), move));
    v128.store(m + at, mi);
    v128.store(n + at, ni);
  }
  for (const end: usize = usize(count) << 2; at < end; at += 4) {
    const g = f32.load(gradients + at);
    const mi = beta1 * f32.load(m + at) + weight1 * g;
    const ni = beta2 * f32.load(n + at) + weight2 * g * g;
    const direction = mi * correction1 + g * gradientWeight;
    const denominator = sqrt<f32>(ni) * correction2 + eps;
    const move = learningRate * (direction / denominator);
    f32.store(parameters + at, f32.load(parameters + at) * keep - move);
    f32.store(m + at, mi);
    f32.store(n + at, ni);
  }
}
