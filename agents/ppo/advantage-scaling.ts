/** An advantage counts as (advantage - mean) · scale. */
export interface AdvantageScaling {
  readonly mean: number;
  readonly scale: number;
}

export const UNSCALED: AdvantageScaling = { mean: 0, scale: 1 };

const ADVANTAGE_EPSILON = 1e-8;

/**
 * Of the minibatch rows[start, end), where advantages are normalised: its mean and unbiased deviation. A single sample has no
 * deviation and stays as it is.
 */
export function advantageScaling(
  advantages: Float32Array,
  isNormalized: boolean,
  rows: Int32Array,
  start: number,
  end: number,
): AdvantageScaling {
  const count = end - start;
  if (!isNormalized || count < 2) return UNSCALED;
  let sum = 0;
  for (let k = start; k < end; k++) sum += advantages[rows[k]!]!;
  const mean = sum / count;
  let squares = 0;
  for (let k = start; k < end; k++) {
    const deviation = advantages[rows[k]!]! - mean;
    squares += deviation * deviation;
  }
  return { mean, scale: 1 / (Math.sqrt(squares / (count - 1)) + ADVANTAGE_EPSILON) };
}
