import type { UpdateMetrics } from "./learner.js";

/**
 * An update as TensorBoard scalars: CleanRL's tags where they mean the same, ours for optimizer studies. All are means
 * over the iteration's minibatches (CleanRL logs the last minibatch's), but `optim/update_norm` and the slots' norms,
 * which are of the whole iteration and of its end.
 */
export function updateScalars(metrics: UpdateMetrics): Record<string, number> {
  const scalars: Record<string, number> = {
    "losses/loss": metrics.loss,
    "losses/policy_loss": metrics.policyLoss,
    "losses/value_loss": metrics.valueLoss,
    "losses/entropy": metrics.entropy,
    "losses/old_approx_kl": metrics.oldApproxKl,
    "losses/approx_kl": metrics.approxKl,
    "losses/clipfrac": metrics.clipFraction,
    "losses/explained_variance": metrics.explainedVariance,
    "optim/grad_norm": metrics.gradientNorm,
    "optim/clip_factor": metrics.clipFactor,
    "optim/update_norm": metrics.updateNorm,
    "optim/epochs": metrics.epochs,
  };
  for (const [name, norm] of Object.entries(metrics.slotNorms)) scalars[`optim/${name}_norm`] = norm;
  return scalars;
}
