import { RlAdanError } from "../../errors.js";
import { type AdamSettings, adamRelRule, adamwRule } from "./adam-rule.js";
import { type AdanSettings, adanRule } from "./adan-rule.js";
import { type MomentOptimizerClass, optimizerClass } from "./optimizer-class.js";
import type { TensorFlow } from "./tensorflow.js";

/** The optimizers as classes of one tf. */
export interface OptimizerClasses {
  readonly Adan: MomentOptimizerClass<AdanSettings>;
  readonly AdamW: MomentOptimizerClass<AdamSettings>;
  readonly AdamRel: MomentOptimizerClass<AdamSettings>;
}

/** One set for each copy of TensorFlow.js: the namespace objects of a copy may be several, its Optimizer is one. */
const known = new WeakMap<TensorFlow["Optimizer"], OptimizerClasses>();

/**
 * The optimizers as classes of this tf, registered with `tf.serialization` under `Adan`, `AdamW` and `AdamRel`.
 *
 * Needed only to load a saved model before any optimizer was made. Throws RlAdanError when `tf` isn't TensorFlow.js.
 */
export function registerOptimizers(tf: TensorFlow): OptimizerClasses {
  if (typeof tf?.Optimizer !== "function") {
    throw new RlAdanError(
      "tfjs-namespace",
      'The first argument should be TensorFlow.js itself, as in: import * as tf from "@tensorflow/tfjs"; adan(tf).',
    );
  }
  const found = known.get(tf.Optimizer);
  if (found !== undefined) return found;
  const classes: OptimizerClasses = {
    Adan: optimizerClass(tf, adanRule),
    AdamW: optimizerClass(tf, adamwRule),
    AdamRel: optimizerClass(tf, adamRelRule),
  };
  for (const each of [classes.Adan, classes.AdamW, classes.AdamRel]) {
    tf.serialization.registerClass(each, "rl-adan");
  }
  known.set(tf.Optimizer, classes);
  return classes;
}
