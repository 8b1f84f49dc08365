import type { Tensor } from "@tensorflow/tfjs";
import { sumOfSquares } from "./sum-of-squares.js";
import type { TensorFlow } from "./tensorflow.js";

/**
 * Gradients scaled by min(1, limit / (norm + eps)) of the norm over all of them; the given ones where limit is 0 (off).
 *
 * The norm stays on the device. Runs inside a tidy.
 */
export function clipGradients<T extends Tensor>(
  tf: TensorFlow,
  gradients: readonly T[],
  limit: number,
  eps: number,
): readonly T[] {
  if (limit === 0) return gradients;
  const squares = gradients.map((gradient) => sumOfSquares(tf, gradient));
  const factor = clipFactor(tf, tf.addN(squares), limit, eps);
  return gradients.map((gradient) => tf.mul(gradient, factor));
}

/** min(1, limit / (norm + eps)) of the norm whose square is given; a scalar on the device. */
export function clipFactor(tf: TensorFlow, squaredNorm: Tensor, limit: number, eps: number): Tensor {
  return tf.minimum(1, tf.div(limit, tf.add(tf.sqrt(squaredNorm), eps)));
}
