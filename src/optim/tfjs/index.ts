/**
 * Adan, AdamW and Adam-Rel as optimizers of TensorFlow.js: the entry `rl-adan/tfjs`.
 *
 * Of TensorFlow.js only types are imported: the optimizers are built from the `tf` that they are given, whichever
 * package it comes from.
 *
 * @module
 */
import type { AdamSettings } from "./adam-rule.js";
import type { AdanSettings } from "./adan-rule.js";
import { registerOptimizers } from "./classes.js";
import type { MomentOptimizer } from "./optimizer-class.js";
import type { TensorFlow } from "./tensorflow.js";

export type { OptimizerClasses } from "./classes.js";
export { registerOptimizers } from "./classes.js";
export type { MomentOptimizer, MomentOptimizerClass } from "./optimizer-class.js";
export type { TensorFlow } from "./tensorflow.js";

export type AdanOptions = Partial<AdanSettings>;
export type AdamOptions = Partial<AdamSettings>;

/**
 * Adan, adaptive Nesterov momentum, as its authors run it.
 *
 * Defaults: learningRate 1e-3, betas [0.98, 0.92, 0.99], eps 1e-8, weightDecay 0, noProx false, maxGradNorm 0 (off).
 *
 * Throws RlAdanError when `tf` is not TensorFlow.js, UsageError for an unknown option or value.
 * Source: Xie et al., "Adan: Adaptive Nesterov Momentum Algorithm", arXiv 2208.06677; github.com/sail-sg/Adan.
 *
 * @example
 * import * as tf from "@tensorflow/tfjs";
 * import { adan } from "rl-adan/tfjs";
 *
 * model.compile({ optimizer: adan(tf, { learningRate: 3e-3 }), loss: "meanSquaredError" });
 */
export function adan(tf: TensorFlow, options: AdanOptions = {}): MomentOptimizer {
  return new (registerOptimizers(tf).Adan)(options);
}

/**
 * Adam with decoupled weight decay, as torch.optim.AdamW.
 *
 * Defaults: learningRate 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.01, maxGradNorm 0 (off). Throws as `adan`.
 * Source: Loshchilov & Hutter 2019, arXiv 1711.05101.
 */
export function adamw(tf: TensorFlow, options: AdamOptions = {}): MomentOptimizer {
  return new (registerOptimizers(tf).AdamW)(options);
}

/**
 * Adam-Rel: Adam whose step counter, not its moments, starts anew when you call `resetCounter()`, as the objective
 * changes (in PPO: with each new batch of data).
 *
 * Defaults: those of `adamw`, weightDecay 0. Throws as `adan`.
 * Source: Ellis et al. 2024, arXiv 2412.17113.
 */
export function adamRel(tf: TensorFlow, options: AdamOptions = {}): MomentOptimizer {
  return new (registerOptimizers(tf).AdamRel)(options);
}
