// Forward product and input gradient of one layer: rows of weights times a batch.
//
// A tile keeps four rows by eight samples in registers. Tiles never change a result: each lane's sum runs over the same
// terms in the same order, and a sum laid down in float32 between two blocks of terms is taken up as the same bits.

/** Terms of a sum that run before the next rows' turn: their samples, 64 × 64 floats, stay in a 32 KiB cache. */
const TERM_BLOCK: i32 = 64;
/** Rows of transposed weights at a time: their 16 floats are one cache line of the weights. */
const PANEL_ROWS: i32 = 16;
const PANEL_ROW_BYTES: usize = 256;

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
  for (let i: i32 = 0; i < inputs; i += TERM_BLOCK) {
    const terms = min(TERM_BLOCK, inputs - i);
    addProducts(weight + (usize(i) << 2), row, input + usize(i) * stride, terms, output, outputs, stride, i == 0, bias);
  }
}

/**
 * inputGradient[i][b] = Σ_o weight[o][i]·outputGradient[o][b]: the forward product with the weights transposed, panel by
 * panel, into `panel` (16 × 64 floats). Read in place, a wide layer's column would share one set of the cache.
 */
export function denseInputGradient(
  weight: usize,
  outputGradient: usize,
  inputGradient: usize,
  panel: usize,
  inputs: i32,
  outputs: i32,
  batch: i32,
): void {
  const row: usize = usize(inputs) << 2;
  const stride: usize = usize(batch) << 2;
  for (let o: i32 = 0; o < outputs; o += TERM_BLOCK) {
    const terms = min(TERM_BLOCK, outputs - o);
    const x: usize = outputGradient + usize(o) * stride;
    for (let i: i32 = 0; i < inputs; i += PANEL_ROWS) {
      const rows = min(PANEL_ROWS, inputs - i);
      transpose(weight + usize(o) * row + (usize(i) << 2), row, terms, rows, panel);
      addProducts(panel, PANEL_ROW_BYTES, x, terms, inputGradient + usize(i) * stride, rows, stride, o == 0, 0);
    }
  }
}

/** panel[r][k] = w[k][r] */
function transpose(w: usize, row: usize, terms: i32, rows: i32, panel: usize): void {
  let k: i32 = 0;
  for (; k + 4 <= terms; k += 4) {
    let from = w;
    let to = panel;
    let r: i32 = 0;
    for (; r + 4 <= rows; r += 4) {
      const k0 = v128.load(from);
      const k1 = v128.load(from + row);
      const k2 = v128.load(from + 2 * row);
      const k3 = v128.load(from + 3 * row);
      const low01 = v128.shuffle<f32>(k0, k1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(k2, k3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(k0, k1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(k2, k3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), PANEL_ROW_BYTES);
      v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 2 * PANEL_ROW_BYTES);
      v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 3 * PANEL_ROW_BYTES);
      from += 16;
      to += 4 * PANEL_ROW_BYTES;
    }
    for (; r < rows; r++) {
      for (let j: usize = 0; j < 4; j++) f32.store(to + (j << 2), f32.load(from + j * row));
      from += 4;
      to += PANEL_ROW_BYTES;
    }
    w += 4 * row;
    panel += 16;
  }
  for (; k < terms; k++) {
    for (let r: usize = 0; r < usize(rows); r++) f32.store(panel + r * PANEL_ROW_BYTES, f32.load(w + (r << 2)));
    w += row;
    panel += 4;
  }
}

/**
 * y[r][b] = start + Σ_k w[r][k]·x[k][b], where the start is what y holds already, or, if these are the sum's first terms, the
 * row's bias, or 0 where `bias` is no address.
 */
function addProducts(
  w: usize,
  row: usize,
  x: usize,
  terms: i32,
  y: usize,
  rows: i32,
  stride: usize,
  isFirst: bool,
  bias: usize,
): void {
  const end: usize = x + usize(terms) * stride;
  let r: i32 = 0;
  for (; r + 4 <= rows; r += 4) {
    let b: usize = 0;
    for (; b + 32 <= stride; b += 32) tile4x8(w, row, x + b, end + b, y + b, stride, isFirst, bias);
    for (; b < stride; b += 16) tile4x4(w, row, x + b, end + b, y + b, stride, isFirst, bias);
    w += 4 * row;
    y += 4 * stride;
    if (bias) bias += 16;
  }
  for (; r < rows; r++) {
    let b: usize = 0;
    for (; b + 64 <= stride; b += 64) tile1x16(w, x + b, end + b, y + b, stride, isFirst, bias);
    for (; b < stride; b += 16) tile1x4(w, x + b, end + b, y + b, stride, isFirst, bias);
    w += row;
    y += stride;
    if (bias) bias += 4;
  }
}

// In the tiles, each term ends with a branch that uses every sum. Without it V8 puts the loads of several terms before
// their arithmetic and runs out of registers: twice the time.

// @ts-ignore: decorator
@inline
function tile4x8(
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
function tile4x4(
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
function tile1x16(w: usize, x: usize, end: usize, y: usize, stride: usize, isFirst: bool, bias: usize): void {
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
function tile1x4(w: usize, x: usize, end: usize, y: usize, stride: usize, isFirst: bool, bias: usize): void {
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
