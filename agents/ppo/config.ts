import * as z from "zod";
import {
  count,
  described,
  flag,
  nameFrom,
  numberWithin,
  oneOf,
  oneOfOrNull,
  positiveOrNull,
  schedule,
  wholeNumber,
} from "../../src/config/fields.js";
import { optimizerNames } from "../../src/optim/registry.js";

/** Every choice of the recipe. The names are those of YAML files, of `--set` and, in kebab case, of flags. */
export const ppoConfigShape = {
  num_envs: wholeNumber({ min: 1, max: 4096 }).describe("Environments stepped side by side."),
  num_steps: count({ min: 1 }).describe(
    "Steps of each environment per rollout; a rollout has num_envs · num_steps.",
  ),
  minibatch_size: count({ min: 1 }).describe("Transitions per gradient step."),
  last_minibatch: oneOf(["keep", "merge", "drop"]).describe(
    "A ragged last minibatch is trained on as it is, joined to the one before it, or left out.",
  ),
  epochs: wholeNumber({ min: 1 }).describe("Passes over each rollout."),

  gamma: numberWithin({ min: 0, max: 1 }).describe("Discount per step."),
  gae_lambda: numberWithin({ min: 0, max: 1 }).describe("λ of generalised advantage estimation, per step."),
  clip_coefficient: schedule().describe("The probability ratio is clipped to 1 ± this."),
  value_clip_range: positiveOrNull().describe(
    "The value loss is clipped within this distance of the old values; null: not clipped.",
  ),
  value_coefficient: numberWithin({ min: 0 }).describe("Weight of the value loss, which has its ½ inside."),
  entropy_coefficient: schedule().describe("Weight of the entropy bonus."),
  max_grad_norm: numberWithin({ min: 0 }).describe(
    "Gradients are clipped to this global norm; 0: not clipped.",
  ),
  normalize_advantages: flag().describe("Advantages get mean 0 and deviation 1 within each minibatch."),
  recompute_advantages: flag().describe(
    "Values and advantages are computed again before each epoch but the first.",
  ),
  bootstrap_truncated: flag().describe(
    "An episode cut off by a time limit goes on from the value of its final observation.",
  ),
  value_target_scaling: oneOf(["none", "return_std"]).describe(
    "return_std: the critic predicts returns divided by their running standard deviation.",
  ),
  target_kl: positiveOrNull().describe("KL divergence (nats) that kl_stop compares with; null: no stop."),
  kl_stop: oneOfOrNull(["epoch", "minibatch"]).describe(
    "epoch: stops after an epoch whose last minibatch is above target_kl. " +
      "minibatch: stops before a step whose minibatch is above 1.5 · target_kl. null: never.",
  ),

  learning_rate: schedule().describe(
    "Step size of the optimizer; what suits one optimizer does not suit another.",
  ),
  optimizer: nameFrom(optimizerNames).describe("The optimizer's name in the registry."),
  optimizer_options: described(
    z.record(z.string(), z.union([z.number(), z.boolean(), z.array(z.number())])),
    "a mapping of option names to numbers, booleans or lists of numbers",
  ).describe("The optimizer's own options (betas, eps, …) where they differ from its defaults."),

  observation_moments: oneOf(["per_step", "per_rollout", "none"]).describe(
    "Observations are normalised by running moments, updated at every step or after every rollout.",
  ),
  observation_clip: positiveOrNull().describe(
    "Normalised observations are clipped to ± this; null: not clipped.",
  ),
  reward_scaling: oneOf(["none", "cleared_on_termination", "cleared_on_done"]).describe(
    "Rewards are divided by the running deviation of the discounted reward sum, " +
      "which restarts when an episode terminates, or when it ends in any way.",
  ),
  reward_clip: positiveOrNull().describe("Scaled rewards are clipped to ± this; null: not clipped."),
  action_mapping: oneOf(["clip", "rescale"]).describe(
    "A sampled action is clipped to the bounds, or clipped to ±1 and mapped to the bounds.",
  ),

  activation: oneOf(["tanh", "relu"]).describe("After each hidden layer."),
  hidden_sizes: described(
    z.array(z.int().min(1).max(4096)).min(1).max(4),
    "a list of 1 to 4 whole numbers from 1 to 4096",
  ).describe("Units of the hidden layers, of the actor and of the critic each."),
  initial_log_std: numberWithin({ min: -20, max: 2 }).describe(
    "Log standard deviation of every action at the start (it is a learned vector).",
  ),
  init: oneOf(["orthogonal", "plain"]).describe(
    "orthogonal: orthogonal weights (gain √2 in hidden layers), zero biases. " +
      "plain: uniform in ±1/√inputs, torch's default.",
  ),
  policy_gain: numberWithin({ min: 0 }).describe("Gain of the actor's last layer under orthogonal init."),
  value_gain: numberWithin({ min: 0 }).describe("Gain of the critic's last layer under orthogonal init."),
} as const;

const ppoConfigObject = z.strictObject(ppoConfigShape);

/** A complete recipe. */
export type PpoConfig = z.infer<typeof ppoConfigObject>;

/** The keys whose values are schedules. */
export const PPO_SCHEDULE_KEYS = ["learning_rate", "clip_coefficient", "entropy_coefficient"] as const;

/** A rule between keys that a recipe breaks: the key to blame, and the rest of a sentence that begins with it. */
export interface BrokenRule {
  readonly key: keyof PpoConfig;
  readonly message: string;
}

/** The first rule that a recipe breaks, of those that no key can check by itself; undefined when all hold. */
export function brokenPpoRule(
  config: Pick<PpoConfig, "kl_stop" | "target_kl" | "optimizer_options">,
): BrokenRule | undefined {
  const { kl_stop, target_kl, optimizer_options } = config;
  if (kl_stop !== null && target_kl === null) {
    const message = `is "${kl_stop}", which needs a target_kl to compare with; set target_kl, to 0.01 for instance.`;
    return { key: "kl_stop", message };
  }
  if (kl_stop === null && target_kl !== null) {
    const message = `is ${target_kl}, which does nothing without kl_stop; set kl_stop to "epoch" or "minibatch".`;
    return { key: "target_kl", message };
  }
  if (optimizer_options["max_grad_norm"] !== undefined) {
    const message =
      "holds max_grad_norm, which would clip a second time; set the recipe's own max_grad_norm.";
    return { key: "optimizer_options", message };
  }
  return undefined;
}
