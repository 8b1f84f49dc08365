// Products of one layer. Tiles of four rows by eight samples keep eight sums in registers; the tile never changes a
// result, since each lane's sum runs over the same terms in the same order.

/** output[o][b] = bias[o] + Σ_i weight[o][i]·input[i][b] */
export function denseForward(
  weight: usize,
  bias: usize,
  input: usize,
  output: usize,
  inputs: i32,
  outputs: i32,
  batch: i32,
): void {
  const row: usize = usize(inputs) << 2;
  const stride: usize = usize(batch) << 2;
  let o: i32 = 0;
  for (; o + 4 <= outputs; o += 4) {
    const w: usize = weight + usize(o) * row;
    const y: usize = output + usize(o) * stride;
    const bias0 = v128.load32_splat(bias + (usize(o) << 2));
    const bias1 = v128.load32_splat(bias + (usize(o) << 2), 4);
    const bias2 = v128.load32_splat(bias + (usize(o) << 2), 8);
    const bias3 = v128.load32_splat(bias + (usize(o) << 2), 12);
    let b: usize = 0;
    for (; b + 32 <= stride; b += 32) {
      sumRows4x8(w, row, 4, input + b, stride, inputs, y + b, stride, bias0, bias1, bias2, bias3);
    }
    for (; b < stride; b += 16) {
      sumRows4x4(w, row, 4, input + b, stride, inputs, y + b, stride, bias0, bias1, bias2, bias3);
    }
  }
  for (; o < outputs; o++) {
    const w: usize = weight + usize(o) * row;
    const y: usize = output + usize(o) * stride;
    const start = v128.load32_splat(bias + (usize(o) << 2));
    for (let b: usize = 0; b < stride; b += 16) sumRow1x4(w, 4, input + b, stride, inputs, y + b, start);
  }
}

/** inputGradient[i][b] = Σ_o weight[o][i]·outputGradient[o][b] */
export function denseInputGradient(
  weight: usize,
  outputGradient: usize,
  inputGradient: usize,
  inputs: i32,
  outputs: i32,
  batch: i32,
): void {
  const row: usize = usize(inputs) << 2;
  const stride: usize = usize(batch) << 2;
  const zero = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= inputs; i += 4) {
    const w: usize = weight + (usize(i) << 2);
    const x: usize = inputGradient + usize(i) * stride;
    let b: usize = 0;
    for (; b + 32 <= stride; b += 32) {
      sumRows4x8(w, 4, row, outputGradient + b, stride, outputs, x + b, stride, zero, zero, zero, zero);
    }
    for (; b < stride; b += 16) {
      sumRows4x4(w, 4, row, outputGradient + b, stride, outputs, x + b, stride, zero, zero, zero, zero);
    }
  }
  for (; i < inputs; i++) {
    const w: usize = weight + (usize(i) << 2);
    const x: usize = inputGradient + usize(i) * stride;
    for (let b: usize = 0; b < stride; b += 16) sumRow1x4(w, row, outputGradient + b, stride, outputs, x + b, zero);
  }
}

/** Four rows by eight samples: y[r][b] = start[r] + Σ_k w[r·rowStep + k·termStep]·x[k][b]; steps in bytes. */
// @ts-ignore: decorator
@inline
function sumRows4x8(
  w: usize,
  rowStep: usize,
  termStep: usize,
  x: usize,
  xStride: usize,
  terms: i32,
  y: usize,
  yStride: usize,
  start0: v128,
  start1: v128,
  start2: v128,
  start3: v128,
): void {
  let a0 = start0;
  let b0 = start0;
  let a1 = start1;
  let b1 = start1;
  let a2 = start2;
  let b2 = start2;
  let a3 = start3;
  let b3 = start3;
  let w0 = w;
  let w1 = w + rowStep;
  let w2 = w1 + rowStep;
  let w3 = w2 + rowStep;
  for (let k: i32 = 0; k < terms; k++) {
    const xa = v128.load(x);
    const xb = v128.load(x, 16);
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
    x += xStride;
    w0 += termStep;
    w1 += termStep;
    w2 += termStep;
    w3 += termStep;
  }
  v128.store(y, a0);
  v128.store(y, b0, 16);
  y += yStride;
  v128.store(y, a1);
  v128.store(y, b1, 16);
  y += yStride;
  v128.store(y, a2);
  v128.store(y, b2, 16);
  y += yStride;
  v128.store(y, a3);
  v128.store(y, b3, 16);
}

/** The same for the last four samples of a batch, and for the batch of one padded sample that an actor runs. */
// @ts-ignore: decorator
@inline
function sumRows4x4(
  w: usize,
  rowStep: usize,
  termStep: usize,
  x: usize,
  xStride: usize,
  terms: i32,
  y: usize,
  yStride: usize,
  start0: v128,
  start1: v128,
  start2: v128,
  start3: v128,
): void {
  let a0 = start0;
  let a1 = start1;
  let a2 = start2;
  let a3 = start3;
  let w0 = w;
  let w1 = w + rowStep;
  let w2 = w1 + rowStep;
  let w3 = w2 + rowStep;
  for (let k: i32 = 0; k < terms; k++) {
    const xa = v128.load(x);
    a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(w0), xa));
    a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(w1), xa));
    a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(w2), xa));
    a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(w3), xa));
    x += xStride;
    w0 += termStep;
    w1 += termStep;
    w2 += termStep;
    w3 += termStep;
  }
  v128.store(y, a0);
  v128.store(y + yStride, a1);
  v128.store(y + 2 * yStride, a2);
  v128.store(y + 3 * yStride, a3);
}

/** One row by four samples: what is left when the rows are not a multiple of four. */
// @ts-ignore: decorator
@inline
function sumRow1x4(w: usize, termStep: usize, x: usize, xStride: usize, terms: i32, y: usize, start: v128): void {
  let sum = start;
  for (let k: i32 = 0; k < terms; k++) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(w), v128.load(x)));
    x += xStride;
    w += termStep;
  }
  v128.store(y, sum);
}

/**
 * weightGradient[o][i] += Σ_b outputGradient[o][b]·input[i][b], biasGradient[o] += Σ_b outputGradient[o][b].
 * A sum runs in four lanes over the samples and is joined as (0+1)+(2+3).
 */
export function denseWeightGradient(
  outputGradient: usize,
  input: usize,
  weightGradient: usize,
  biasGradient: usize,
  inputs: i32,
  outputs: i32,
  batch: i32,
): void {
  const stride: usize = usize(batch) << 2;
  const row: usize = usize(inputs) << 2;
  let o: i32 = 0;
  for (; o + 2 <= outputs; o += 2) {
    const g: usize = outputGradient + usize(o) * stride;
    const w: usize = weightGradient + usize(o) * row;
    let i: i32 = 0;
    for (; i + 4 <= inputs; i += 4) {
      outerProducts2x4(g, input + usize(i) * stride, stride, w + (usize(i) << 2), row);
    }
    for (; i < inputs; i++) {
      const x: usize = input + usize(i) * stride;
      const at: usize = w + (usize(i) << 2);
      f32.store(at, f32.load(at) + dot(g, x, stride));
      f32.store(at + row, f32.load(at + row) + dot(g + stride, x, stride));
    }
  }
  for (; o < outputs; o++) {
    const g: usize = outputGradient + usize(o) * stride;
    const w: usize = weightGradient + usize(o) * row;
    for (let i: i32 = 0; i < inputs; i++) {
      const at: usize = w + (usize(i) << 2);
      f32.store(at, f32.load(at) + dot(g, input + usize(i) * stride, stride));
    }
  }
  for (o = 0; o < outputs; o++) {
    const g: usize = outputGradient + usize(o) * stride;
    let sum = f32x4.splat(0);
    for (let b: usize = 0; b < stride; b += 16) sum = f32x4.add(sum, v128.load(g + b));
    const at: usize = biasGradient + (usize(o) << 2);
    f32.store(at, f32.load(at) + joinLanes(sum));
  }
}

/** Two rows of gradients times four inputs; the four sums of a row are transposed, so that lanes join as vectors. */
// @ts-ignore: decorator
@inline
function outerProducts2x4(g: usize, x: usize, stride: usize, w: usize, row: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  const x1 = x + stride;
  const x2 = x1 + stride;
  const x3 = x2 + stride;
  const g1 = g + stride;
  for (let b: usize = 0; b < stride; b += 16) {
    const ga = v128.load(g + b);
    const gb = v128.load(g1 + b);
    let value = v128.load(x + b);
    a0 = f32x4.add(a0, f32x4.mul(ga, value));
    b0 = f32x4.add(b0, f32x4.mul(gb, value));
    value = v128.load(x1 + b);
    a1 = f32x4.add(a1, f32x4.mul(ga, value));
    b1 = f32x4.add(b1, f32x4.mul(gb, value));
    value = v128.load(x2 + b);
    a2 = f32x4.add(a2, f32x4.mul(ga, value));
    b2 = f32x4.add(b2, f32x4.mul(gb, value));
    value = v128.load(x3 + b);
    a3 = f32x4.add(a3, f32x4.mul(ga, value));
    b3 = f32x4.add(b3, f32x4.mul(gb, value));
  }
  v128.store(w, f32x4.add(v128.load(w), joinLanes4(a0, a1, a2, a3)));
  v128.store(w + row, f32x4.add(v128.load(w + row), joinLanes4(b0, b1, b2, b3)));
}

/** [(0+1)+(2+3) of each of the four vectors] */
// @ts-ignore: decorator
@inline
function joinLanes4(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  const lane0 = v128.shuffle<f32>(low01, low23, 0, 1, 4, 5);
  const lane1 = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
  const lane2 = v128.shuffle<f32>(high01, high23, 0, 1, 4, 5);
  const lane3 = v128.shuffle<f32>(high01, high23, 2, 3, 6, 7);
  return f32x4.add(f32x4.add(lane0, lane1), f32x4.add(lane2, lane3));
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(a + k), v128.load(b + k)));
  return joinLanes(sum);
}

// @ts-ignore: decorator
@inline
function joinLanes(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
