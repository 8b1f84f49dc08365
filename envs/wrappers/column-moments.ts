import type { FloatArray } from "../api/space.js";

/** NumPy sums so many numbers or fewer in eight lanes, more in halves. */
const PAIRWISE_BLOCK = 128;

/**
 * Mean and population variance of one column of a batch, [rows, size], in the batch's precision and the order of
 * NumPy's sums: row after row, but pairwise where the batch has one column only and so lies contiguous.
 *
 * Source: NumPy 2.4, pairwise summation in loops_utils.h; mean and var in core/_methods.py.
 */
export function columnMoments(
  batch: FloatArray,
  column: number,
  size: number,
): { mean: number; variance: number } {
  const rows = batch.length / size;
  const first = batch[column]!;
  // Not just 0: what is infinite has no variance.
  if (rows === 1) return { mean: first, variance: first - first };
  const round = batch instanceof Float32Array ? Math.fround : (value: number) => value;
  const add = (a: number, b: number) => round(a + b);
  const sum = (values: readonly number[]) => (size === 1 ? pairwiseSum(values, add) : values.reduce(add));
  const values = Array.from({ length: rows }, (_, row) => batch[row * size + column]!);
  const mean = round(sum(values) / rows);
  const deviations = values.map((value) => round(value - mean));
  const squares = deviations.map((deviation) => round(deviation * deviation));
  return { mean, variance: round(sum(squares) / rows) };
}

function pairwiseSum(values: readonly number[], add: (a: number, b: number) => number): number {
  if (values.length > PAIRWISE_BLOCK) {
    const half = values.length >> 1;
    const first = half - (half % 8);
    return add(pairwiseSum(values.slice(0, first), add), pairwiseSum(values.slice(first), add));
  }
  if (values.length < 8) return values.reduce(add);
  const inLanes = values.length - (values.length % 8);
  const lanes = values.slice(0, 8);
  for (let i = 8; i < inLanes; i++) lanes[i % 8] = add(lanes[i % 8]!, values[i]!);
  const [a, b, c, d, e, f, g, h] = lanes as [number, number, number, number, number, number, number, number];
  const laneSum = add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h)));
  return values.slice(inLanes).reduce(add, laneSum);
}
