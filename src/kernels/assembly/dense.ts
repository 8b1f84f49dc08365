// Forward product and input gradient of one layer: rows of weights times a batch.
//
// Tiles and blocks never change a result: each lane's sum runs over the same terms in the same order, and a sum laid down in
// float32 between two blocks of terms is taken up as the same bits.

import { tile1x4, tile1x16, tile4x4, tile4x8 } from "./tiles";

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

/** All rows of a product over one block of terms, tile by tile (see tiles.ts for the start of a sum). */
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
