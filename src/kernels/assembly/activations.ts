// Activations in place, over `count` values rounded up to a whole vector: arrays hold feature-major batches, whose
// length is a multiple of four. tanh's coefficients and order of operations are those of src/math/tanh-float32.ts.

// pmin and pmax are one instruction, min and max seven. They differ in which operand survives a NaN or a tie of zeros: here
// the first, x, as it should.

/** Four vectors at a time, since V8 makes every constant anew in each turn of a loop. */
export function tanh(values: usize, count: i32): void {
  const end: usize = values + (usize(count) << 2);
  for (; values + 64 <= end; values += 64) {
    const a = tanhVector(v128.load(values));
    const b = tanhVector(v128.load(values, 16));
    const c = tanhVector(v128.load(values, 32));
    const d = tanhVector(v128.load(values, 48));
    v128.store(values, a);
    v128.store(values, b, 16);
    v128.store(values, c, 32);
    v128.store(values, d, 48);
  }
  for (; values < end; values += 16) v128.store(values, tanhVector(v128.load(values)));
}

// @ts-ignore: decorator
@inline
function tanhVector(x: v128): v128 {
  const one = f32x4.splat(1);
  const c = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-9)), f32x4.splat(9));
  const u = f32x4.mul(c, c);
  let p = f32x4.add(f32x4.mul(f32x4.splat(1.3334878090631719e-8), u), f32x4.splat(2.0594858142430894e-5));
  p = f32x4.add(f32x4.mul(p, u), f32x4.splat(0.0034947250969707966));
  p = f32x4.add(f32x4.mul(p, u), f32x4.splat(0.13380299508571625));
  p = f32x4.add(f32x4.mul(p, u), one);
  let q = f32x4.add(f32x4.mul(f32x4.splat(7.768478553771274e-7), u), f32x4.splat(3.2842226210050285e-4));
  q = f32x4.add(f32x4.mul(q, u), f32x4.splat(0.0258737001568079));
  q = f32x4.add(f32x4.mul(q, u), f32x4.splat(0.4671361446380615));
  q = f32x4.add(f32x4.mul(q, u), one);
  return f32x4.pmin(f32x4.pmax(f32x4.div(f32x4.mul(c, p), q), f32x4.splat(-1)), one);
}

/** The sum with 0 makes 0 of the -0 that pmax lets through. */
export function relu(values: usize, count: i32): void {
  const end: usize = values + (usize(count) << 2);
  const zero = f32x4.splat(0);
  for (; values < end; values += 16) v128.store(values, f32x4.add(f32x4.pmax(v128.load(values), zero), zero));
}

/** gradients ← gradients·(1 - outputs²) */
export function tanhGradient(outputs: usize, gradients: usize, count: i32): void {
  const end: usize = outputs + (usize(count) << 2);
  const one = f32x4.splat(1);
  for (; outputs < end; outputs += 16) {
    const y = v128.load(outputs);
    v128.store(gradients, f32x4.mul(v128.load(gradients), f32x4.sub(one, f32x4.mul(y, y))));
    gradients += 16;
  }
}

/** gradients ← gradients where the output is positive, else 0 */
export function reluGradient(outputs: usize, gradients: usize, count: i32): void {
  const end: usize = outputs + (usize(count) << 2);
  const zero = f32x4.splat(0);
  for (; outputs < end; outputs += 16) {
    const isPositive = f32x4.gt(v128.load(outputs), zero);
    v128.store(gradients, v128.and(v128.load(gradients), isPositive));
    gradients += 16;
  }
}
