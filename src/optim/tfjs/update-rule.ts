import type { Tensor } from "@tensorflow/tfjs";
import type { TensorFlow } from "./tensorflow.js";

/** What every rule's options hold. */
export type CommonOptions = {
  learningRate: number;
  /** How much of each moment is kept at a step, in [0, 1). */
  betas: readonly number[];
  /** Added to the root of the second moment. */
  eps: number;
  /** Gradients are scaled so that their norm over all variables is at most this; 0 is off. */
  maxGradNorm: number;
};

/** The arithmetic of one optimizer on one variable: `optimizerClass` makes a tf.Optimizer of it, `FlatOptimizer` a learner's. */
export interface UpdateRule<Options extends CommonOptions> {
  /** The name under which TensorFlow.js saves and finds the class. */
  readonly className: string;
  readonly defaults: Options;
  /** What is kept for each variable, each of the variable's shape and zero at first. */
  readonly slots: readonly string[];
  /** What is added to the global norm before dividing by it. */
  clipEps(options: Options): number;
  /**
   * The variable and its slots after a step, as new tensors; runs inside a tidy.
   *
   * step: counts from 1, starts anew at a restart. gradient: clipped already.
   */
  update(
    tf: TensorFlow,
    options: Options,
    step: number,
    variable: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
  ): { variable: Tensor; slots: Readonly<Record<string, Tensor>> };
}
