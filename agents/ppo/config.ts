import { z } from "zod";

const schedule = z.union([z.number().nonnegative(), z.string().min(1)], {
  error: "must be a number of at least 0 or an expression of progress and step",
});
const count = z.number().int().positive();
const fraction = z.number().min(0).max(1);
const limit = z.number().positive().nullable();

/**
 * Every choice that separates the known PPO recipes, by its data name: the same in YAML, in `--set` and in the
 * object that the agent reads. A flag is the kebab-case of the key.
 */
export const ppoConfigShape = {
  num_envs: count.describe("environments stepped side by side"),
  num_steps: count.describe("steps of each environment in a rollout"),
  minibatch_size: count.describe("transitions in a minibatch"),
  last_minibatch: z
    .enum(["keep", "merge", "drop"])
    .describe("a ragged last minibatch: trained on as it is, joined to the one before, left out"),
  epochs: count.describe("passes over a rollout"),
  gamma: fraction.describe("discount per step"),
  gae_lambda: fraction.describe("decay of the advantage estimator per step"),
  clip_coefficient: schedule.describe("range of the probability ratio around 1"),
  value_clip_range: limit.describe("range of the clipped value loss around the old values; null: plain loss"),
  value_coefficient: z.number().nonnegative().describe("weight of the value loss, which has a 1/2 inside"),
  entropy_coefficient: schedule.describe("weight of the entropy bonus"),
  max_grad_norm: z.number().nonnegative().describe("limit of the global gradient norm; 0: off"),
  normalize_advantages: z.boolean().describe("per minibatch, to mean 0 and unbiased deviation 1"),
  recompute_advantages: z.boolean().describe("values and advantages anew before every epoch but the first"),
  bootstrap_truncated: z
    .boolean()
    .describe("a truncated episode goes on with the value of its last observation"),
  value_target_scaling: z
    .enum(["none", "return_std"])
    .describe("return_std: the critic predicts returns divided by their running deviation"),
  target_kl: limit.describe("KL divergence that stops an update; null: never"),
  kl_stop: z
    .enum(["epoch", "minibatch"])
    .nullable()
    .describe("epoch: after an epoch above target_kl; minibatch: before a step above 1.5 target_kl"),
  learning_rate: schedule.describe("step size of the optimizer"),
  optimizer: z.string().describe("name of the optimizer"),
  optimizer_options: z
    .record(z.string(), z.union([z.number(), z.boolean(), z.array(z.number())]))
    .describe("its own options: betas, eps, weight_decay ..."),
  observation_moments: z
    .enum(["per_step", "per_rollout", "none"])
    .describe("when the running moments that normalise observations change"),
  observation_clip: limit.describe("limit of normalised observations; null: none"),
  reward_scaling: z
    .enum(["none", "cleared_on_termination", "cleared_on_done"])
    .describe("divide rewards by the deviation of the discounted sum, which is cleared then"),
  reward_clip: limit.describe("limit of scaled rewards; null: none"),
  action_mapping: z
    .enum(["clip", "rescale"])
    .describe("clip: to the bounds; rescale: clipped to 1 in size and mapped to the bounds"),
  activation: z.enum(["tanh", "relu"]).describe("of the hidden layers"),
  hidden_sizes: z
    .array(count)
    .min(1)
    .max(4)
    .describe("widths of the hidden layers, of actor and critic each"),
  initial_log_std: z.number().min(-20).max(2).describe("log standard deviation of actions at the start"),
  init: z
    .enum(["orthogonal", "plain"])
    .describe("of the weights; plain is torch's default for linear layers"),
  policy_gain: z.number().positive().describe("gain of the actor's last layer under orthogonal init"),
  value_gain: z.number().positive().describe("gain of the critic's last layer under orthogonal init"),
} as const;

const ppoConfigSchema = z.strictObject(ppoConfigShape);

/** A PPO recipe, resolved: every key has its value. */
export type PpoConfig = z.infer<typeof ppoConfigSchema>;

/** What one key says of another; a sentence, or undefined when all is well. */
export function ppoConfigConflict(config: PpoConfig): string | undefined {
  if (config.kl_stop !== null && config.target_kl === null) {
    return `kl_stop ${config.kl_stop} needs a target_kl.`;
  }
  if (config.target_kl !== null && config.kl_stop === null) {
    return "target_kl needs a kl_stop rule: epoch or minibatch.";
  }
  if (config.optimizer_options["max_grad_norm"] !== undefined) {
    return "optimizer_options.max_grad_norm would clip a second time inside the optimizer; set max_grad_norm.";
  }
  return undefined;
}
