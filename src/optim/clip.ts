import type { FloatArray } from "../../envs/api/space.js";
import type { Kernels } from "../kernels/kernels.js";

/** What torch.nn.utils.clip_grad_norm_ adds to the norm. */
export const TORCH_CLIP_EPS = 1e-6;

/** min(1, limit / (norm + eps)); 1 when the limit is 0 (off). */
export function clipFactor(norm: number, limit: number, eps: number): number {
  return limit > 0 ? Math.min(1, limit / (norm + eps)) : 1;
}

/**
 * Scales gradients in place so that their global Euclidean norm is at most `limit`; returns the factor.
 *
 * gradients: flat. eps: added to the norm (1e-6 in torch's clip_grad_norm_, Adan's own eps in Adan).
 */
export function clipByGlobalNorm(
  kernels: Kernels,
  gradients: FloatArray,
  limit: number,
  eps: number,
): number {
  const factor = clipFactor(Math.sqrt(sumOfSquares(kernels, gradients)), limit, eps);
  if (factor === 1) return factor;
  if (gradients instanceof Float32Array) kernels.scale(gradients, factor);
  else for (let i = 0; i < gradients.length; i++) gradients[i]! *= factor;
  return factor;
}

function sumOfSquares(kernels: Kernels, values: FloatArray): number {
  return values instanceof Float32Array ? kernels.sumOfSquares(values) : plainSumOfSquares(values);
}

/** The Euclidean norm of an array wherever it lies, for the logs. */
export function euclideanNorm(values: FloatArray): number {
  return Math.sqrt(plainSumOfSquares(values));
}

function plainSumOfSquares(values: FloatArray): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
