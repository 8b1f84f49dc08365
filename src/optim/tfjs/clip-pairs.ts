import type { GradientPair } from "./gradient-pairs.js";
import type { TensorFlow } from "./tensorflow.js";

/**
 * Gradients scaled by min(1, limit / (norm + eps)) of the norm over all of them; the given ones where limit is 0 (off).
 *
 * The norm stays on the device. Runs inside a tidy.
 */
export function clipPairs(
  tf: TensorFlow,
  pairs: readonly GradientPair[],
  limit: number,
  eps: number,
): readonly GradientPair[] {
  if (limit === 0) return pairs;
  const squares = pairs.map(({ gradient }) => tf.sum(tf.square(gradient)));
  const factor = tf.minimum(1, tf.div(limit, tf.add(tf.sqrt(tf.addN(squares)), eps)));
  return pairs.map(({ variable, gradient }) => ({ variable, gradient: tf.mul(gradient, factor) }));
}
