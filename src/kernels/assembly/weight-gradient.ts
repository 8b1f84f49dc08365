// Weight gradient of one layer. A sum over the samples runs in four lanes and is joined as (0+1)+(2+3), whatever the tile.

/** Inputs whose samples, 64 × 64 floats, stay in a 32 KiB cache while all outputs pass. */
const INPUT_BLOCK: i32 = 64;
/** A full block of 64 samples: a constant distance between rows is part of a load and costs no instruction. */
const BLOCK_BYTES: usize = 256;

/** weightGradient[o][i] += Σ_b outputGradient[o][b]·input[i][b], biasGradient[o] += Σ_b outputGradient[o][b] */
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
  const fours: i32 = inputs & ~3;
  for (let from: i32 = 0; from < fours; from += INPUT_BLOCK) {
    const to = min(from + INPUT_BLOCK, fours);
    let o: i32 = 0;
    if (stride == BLOCK_BYTES) {
      for (; o + 2 <= outputs; o += 2) {
        const g: usize = outputGradient + usize(o) * stride;
        const w: usize = weightGradient + usize(o) * row;
        for (let i = from; i < to; i += 4) addSums2x4(g, input + usize(i) * stride, w + (usize(i) << 2), row);
      }
    }
    for (; o < outputs; o++) {
      const g: usize = outputGradient + usize(o) * stride;
      for (let i = from; i < to; i += 4) {
        const w: usize = weightGradient + usize(o) * row + (usize(i) << 2);
        v128.store(w, f32x4.add(v128.load(w), sums1x4(g, input + usize(i) * stride, stride)));
      }
    }
  }
  for (let i = fours; i < inputs; i++) {
    addColumn(outputGradient, input + usize(i) * stride, weightGradient + (usize(i) << 2), row, outputs, stride);
  }
  for (let o: i32 = 0; o < outputs; o++) {
    const g: usize = outputGradient + usize(o) * stride;
    let sum = f32x4.splat(0);
    for (let b: usize = 0; b < stride; b += 16) sum = f32x4.add(sum, v128.load(g + b));
    add(biasGradient + (usize(o) << 2), joinLanes(sum));
  }
}

/** Two rows of gradients times four inputs, over a full block of samples. */
// @ts-ignore: decorator
@inline
function addSums2x4(g: usize, x: usize, w: usize, row: usize): void {
  // Asked for early: in a large network the gradients come from far away.
  const before0 = v128.load(w);
  const before1 = v128.load(w + row);
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const end: usize = g + BLOCK_BYTES;
  do {
    const ga = v128.load(g);
    const gb = v128.load(g, BLOCK_BYTES);
    let value = v128.load(x);
    a0 = f32x4.add(a0, f32x4.mul(ga, value));
    b0 = f32x4.add(b0, f32x4.mul(gb, value));
    value = v128.load(x, BLOCK_BYTES);
    a1 = f32x4.add(a1, f32x4.mul(ga, value));
    b1 = f32x4.add(b1, f32x4.mul(gb, value));
    value = v128.load(x, 2 * BLOCK_BYTES);
    a2 = f32x4.add(a2, f32x4.mul(ga, value));
    b2 = f32x4.add(b2, f32x4.mul(gb, value));
    value = v128.load(x, 3 * BLOCK_BYTES);
    a3 = f32x4.add(a3, f32x4.mul(ga, value));
    b3 = f32x4.add(b3, f32x4.mul(gb, value));
    g += 16;
    x += 16;
  } while (g != end);
  v128.store(w, f32x4.add(before0, joinLanes4(a0, a1, a2, a3)));
  v128.store(w + row, f32x4.add(before1, joinLanes4(b0, b1, b2, b3)));
}

/** The sums of one row times four. */
// @ts-ignore: decorator
@inline
function sums1x4(one: usize, four: usize, stride: usize): v128 {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let four1 = four + stride;
  let four2 = four1 + stride;
  let four3 = four2 + stride;
  for (const end: usize = one + stride; one != end; one += 16) {
    const value = v128.load(one);
    a0 = f32x4.add(a0, f32x4.mul(value, v128.load(four)));
    a1 = f32x4.add(a1, f32x4.mul(value, v128.load(four1)));
    a2 = f32x4.add(a2, f32x4.mul(value, v128.load(four2)));
    a3 = f32x4.add(a3, f32x4.mul(value, v128.load(four3)));
    four += 16;
    four1 += 16;
    four2 += 16;
    four3 += 16;
  }
  return joinLanes4(a0, a1, a2, a3);
}

/** One input's weights to all outputs. */
function addColumn(g: usize, x: usize, w: usize, row: usize, outputs: i32, stride: usize): void {
  let o: i32 = 0;
  for (; o + 4 <= outputs; o += 4) {
    const sums = sums1x4(x, g, stride);
    add(w, f32x4.extract_lane(sums, 0));
    add(w + row, f32x4.extract_lane(sums, 1));
    add(w + 2 * row, f32x4.extract_lane(sums, 2));
    add(w + 3 * row, f32x4.extract_lane(sums, 3));
    g += 4 * stride;
    w += 4 * row;
  }
  for (; o < outputs; o++) {
    let sum = f32x4.splat(0);
    for (let b: usize = 0; b < stride; b += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(g + b), v128.load(x + b)));
    add(w, joinLanes(sum));
    g += stride;
    w += row;
  }
}

// @ts-ignore: decorator
@inline
function add(at: usize, value: f32): void {
  f32.store(at, f32.load(at) + value);
}

/** (0+1)+(2+3) of each of four vectors. */
// @ts-ignore: decorator
@inline
function joinLanes4(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const s01 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 2, 4, 6), v128.shuffle<f32>(s0, s1, 1, 3, 5, 7));
  const s23 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 2, 4, 6), v128.shuffle<f32>(s2, s3, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(s01, s23, 0, 2, 4, 6), v128.shuffle<f32>(s01, s23, 1, 3, 5, 7));
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
