// Tiles of a product: y[r][b] = start[r] + Σ_k w[r][k]·x[k][b], with `end` one row behind the last of x. The start is what y
// holds, or, if these are the sum's first terms, the row's bias, or 0 where `bias` is no address.
//
// Each term ends with a branch that uses every sum. Without it V8 puts the loads of several terms before their arithmetic
// and runs out of registers: twice the time.

/** Four rows by eight samples. */
// @ts-ignore: decorator
@inline
export function tile4x8(
  w0: usize,
  row: usize,
  x: usize,
  end: usize,
  y0: usize,
  stride: usize,
  isFirst: bool,
  bias: usize,
): void {
  let w1 = w0 + row;
  let w2 = w1 + row;
  let w3 = w2 + row;
  const y1 = y0 + stride;
  const y2 = y1 + stride;
  const y3 = y2 + stride;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  if (!isFirst) {
    a0 = v128.load(y0);
    b0 = v128.load(y0, 16);
    a1 = v128.load(y1);
    b1 = v128.load(y1, 16);
    a2 = v128.load(y2);
    b2 = v128.load(y2, 16);
    a3 = v128.load(y3);
    b3 = v128.load(y3, 16);
  } else if (bias) {
    b0 = a0 = v128.load32_splat(bias);
    b1 = a1 = v128.load32_splat(bias, 4);
    b2 = a2 = v128.load32_splat(bias, 8);
    b3 = a3 = v128.load32_splat(bias, 12);
  }
  while (true) {
    let xa = v128.load(x);
    let xb = v128.load(x, 16);
    let weight = v128.load32_splat(w0);
    a0 = f32x4.add(a0, f32x4.mul(weight, xa));
    b0 = f32x4.add(b0, f32x4.mul(weight, xb));
    weight = v128.load32_splat(w1);
    a1 = f32x4.add(a1, f32x4.mul(weight, xa));
    b1 = f32x4.add(b1, f32x4.mul(weight, xb));
    weight = v128.load32_splat(w2);
    a2 = f32x4.add(a2, f32x4.mul(weight, xa));
    b2 = f32x4.add(b2, f32x4.mul(weight, xb));
    weight = v128.load32_splat(w3);
    a3 = f32x4.add(a3, f32x4.mul(weight, xa));
    b3 = f32x4.add(b3, f32x4.mul(weight, xb));
    x += stride;
    if (x == end) break;
    xa = v128.load(x);
    xb = v128.load(x, 16);
    weight = v128.load32_splat(w0, 4);
    a0 = f32x4.add(a0, f32x4.mul(weight, xa));
    b0 = f32x4.add(b0, f32x4.mul(weight, xb));
    weight = v128.load32_splat(w1, 4);
    a1 = f32x4.add(a1, f32x4.mul(weight, xa));
    b1 = f32x4.add(b1, f32x4.mul(weight, xb));
    weight = v128.load32_splat(w2, 4);
    a2 = f32x4.add(a2, f32x4.mul(weight, xa));
    b2 = f32x4.add(b2, f32x4.mul(weight, xb));
    weight = v128.load32_splat(w3, 4);
    a3 = f32x4.add(a3, f32x4.mul(weight, xa));
    b3 = f32x4.add(b3, f32x4.mul(weight, xb));
    x += stride;
    if (x == end) break;
    w0 += 8;
    w1 += 8;
    w2 += 8;
    w3 += 8;
  }
  v128.store(y0, a0);
  v128.store(y0, b0, 16);
  v128.store(y1, a1);
  v128.store(y1, b1, 16);
  v128.store(y2, a2);
  v128.store(y2, b2, 16);
  v128.store(y3, a3);
  v128.store(y3, b3, 16);
}

/** For the last four samples of a batch, and for the batch of one padded sample that an actor runs. */
// @ts-ignore: decorator
@inline
export function tile4x4(
  w0: usize,
  row: usize,
  x: usize,
  end: usize,
  y0: usize,
  stride: usize,
  isFirst: bool,
  bias: usize,
): void {
  let w1 = w0 + row;
  let w2 = w1 + row;
  let w3 = w2 + row;
  const y1 = y0 + stride;
  const y2 = y1 + stride;
  const y3 = y2 + stride;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  if (!isFirst) {
    a0 = v128.load(y0);
    a1 = v128.load(y1);
    a2 = v128.load(y2);
    a3 = v128.load(y3);
  } else if (bias) {
    a0 = v128.load32_splat(bias);
    a1 = v128.load32_splat(bias, 4);
    a2 = v128.load32_splat(bias, 8);
    a3 = v128.load32_splat(bias, 12);
  }
  do {
    const xa = v128.load(x);
    a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(w0), xa));
    a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(w1), xa));
    a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(w2), xa));
    a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(w3), xa));
    x += stride;
    w0 += 4;
    w1 += 4;
    w2 += 4;
    w3 += 4;
  } while (x != end);
  v128.store(y0, a0);
  v128.store(y1, a1);
  v128.store(y2, a2);
  v128.store(y3, a3);
}

/** What is left when the rows are not a multiple of four: the value's only row, most of all. */
// @ts-ignore: decorator
@inline
export function tile1x16(w: usize, x: usize, end: usize, y: usize, stride: usize, isFirst: bool, bias: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  if (!isFirst) {
    a = v128.load(y);
    b = v128.load(y, 16);
    c = v128.load(y, 32);
    d = v128.load(y, 48);
  } else if (bias) {
    a = b = c = d = v128.load32_splat(bias);
  }
  do {
    const weight = v128.load32_splat(w);
    a = f32x4.add(a, f32x4.mul(weight, v128.load(x)));
    b = f32x4.add(b, f32x4.mul(weight, v128.load(x, 16)));
    c = f32x4.add(c, f32x4.mul(weight, v128.load(x, 32)));
    d = f32x4.add(d, f32x4.mul(weight, v128.load(x, 48)));
    x += stride;
    w += 4;
  } while (x != end);
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
}

// @ts-ignore: decorator
@inline
export function tile1x4(w: usize, x: usize, end: usize, y: usize, stride: usize, isFirst: bool, bias: usize): void {
  let sum = f32x4.splat(0);
  if (!isFirst) sum = v128.load(y);
  else if (bias) sum = v128.load32_splat(bias);
  do {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(w), v128.load(x)));
    x += stride;
    w += 4;
  } while (x != end);
  v128.store(y, sum);
}
