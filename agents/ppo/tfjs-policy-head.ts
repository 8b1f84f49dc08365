import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { NetworkShape } from "../../src/policy/network.js";
import type { LearnerTensorFlow } from "./tfjs-device.js";

/** What the actor's outputs mean for some samples: rows are samples. */
export interface TfjsPolicy {
  /** [samples, 1] */
  readonly logProbs: Tensor2D;
  /** [1]: summed over the samples. */
  readonly entropy: Tensor1D;
  /**
   * d loss / d outputs [samples, outputs], d loss / d log-std [action] (Gaussian actions only).
   *
   * logProbGradient [samples, 1]: d loss / d log-prob. entropyWeight: entropy coefficient / samples of the minibatch.
   */
  gradient(
    logProbGradient: Tensor2D,
    entropyWeight: number,
  ): { readonly outputs: Tensor2D; readonly own: readonly Tensor1D[] };
}

/** A distribution over actions by operations of TensorFlow.js; what `ActionDistribution` is on the kernels, with its formulas. */
export interface TfjsPolicyHead {
  /** Numbers that a stored action takes on the device. */
  readonly actionColumns: number;
  /** [rows, actionColumns] from the rollout's actions. */
  actionsOf(actions: Float32Array): Float32Array;
  /** outputs [samples, outputs], actions [samples, actionColumns]; logStd [action] of Gaussian actions. Runs inside a tidy. */
  policy(outputs: Tensor2D, actions: Tensor2D, logStd: Tensor1D | undefined): TfjsPolicy;
}

/** ½·log(2π) */
const HALF_LOG_TWO_PI = 0.9189385332046727;

export function policyHead(
  tf: LearnerTensorFlow,
  { actionSize, actions }: Pick<NetworkShape, "actionSize" | "actions">,
): TfjsPolicyHead {
  return actions === "categorical" ? categorical(tf, actionSize) : gaussian(tf, actionSize);
}

function gaussian(tf: LearnerTensorFlow, size: number): TfjsPolicyHead {
  return {
    actionColumns: size,
    actionsOf: (actions) => actions.slice(),

    policy(means, actions, logStd) {
      const samples = means.shape[0];
      const inverseStd = tf.exp(tf.mul(logStd!, -1)) as Tensor1D;
      const z = tf.mul(tf.sub(actions, means), inverseStd) as Tensor2D;
      const squares = tf.square(z);
      const logNormalizer = tf.add(tf.sum(logStd!), size * HALF_LOG_TWO_PI);
      return {
        logProbs: tf.sub(tf.mul(tf.sum(squares, 1, true), -0.5), logNormalizer) as Tensor2D,
        entropy: tf.reshape(tf.mul(tf.add(logNormalizer, 0.5 * size), samples), [1]),
        gradient(logProbGradient, entropyWeight) {
          const own = tf.sum(tf.mul(logProbGradient, tf.sub(squares, 1)), 0);
          return {
            outputs: tf.mul(tf.mul(logProbGradient, z), inverseStd) as Tensor2D,
            own: [tf.sub(own, entropyWeight * samples) as Tensor1D],
          };
        },
      };
    },
  };
}

/** Actions lie on the device as rows of zeros with a one. */
function categorical(tf: LearnerTensorFlow, size: number): TfjsPolicyHead {
  return {
    actionColumns: size,
    actionsOf(actions) {
      const rows = new Float32Array(actions.length * size);
      actions.forEach((action, row) => {
        rows[row * size + action] = 1;
      });
      return rows;
    },

    policy(logits, actions) {
      const logProbs = tf.logSoftmax(logits);
      const probabilities = tf.exp(logProbs);
      const entropies = tf.mul(tf.sum(tf.mul(probabilities, logProbs), 1, true), -1);
      return {
        logProbs: tf.sum(tf.mul(actions, logProbs), 1, true),
        entropy: tf.reshape(tf.sum(entropies), [1]),
        gradient(logProbGradient, entropyWeight) {
          const ofLogProb = tf.mul(logProbGradient, tf.sub(actions, probabilities));
          if (entropyWeight === 0) return { outputs: ofLogProb as Tensor2D, own: [] };
          const spread: Tensor = tf.mul(probabilities, tf.add(logProbs, entropies));
          return { outputs: tf.add(ofLogProb, tf.mul(spread, entropyWeight)) as Tensor2D, own: [] };
        },
      };
    },
  };
}
