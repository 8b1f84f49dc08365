/**
 * Rows of observations as a network takes them: feature-major, input[j][b] = observations[rows[start + b]][j], the padding
 * from `count` to `batch` zeros.
 */
export function gather(
  observations: Float32Array,
  size: number,
  rows: Int32Array,
  start: number,
  count: number,
  batch: number,
  input: Float32Array,
): void {
  for (let b = 0; b < count; b++) {
    const from = rows[start + b]! * size;
    for (let j = 0; j < size; j++) input[j * batch + b] = observations[from + j]!;
  }
  for (let b = count; b < batch; b++) for (let j = 0; j < size; j++) input[j * batch + b] = 0;
}
