import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { NetworkShape, ParameterLayout } from "../../src/policy/network.js";
import type { PolicyLossSettings } from "./policy-loss.js";
import type { LearnerTensorFlow, TfjsDevice } from "./tfjs-device.js";
import { TfjsNetwork } from "./tfjs-network.js";
import { policyHead, type TfjsPolicyHead } from "./tfjs-policy-head.js";
import type { ValueLossSettings } from "./value-loss.js";

/** Samples of a minibatch on the device, in its order; rows are samples. */
export interface TfjsSamples {
  /** [samples, observation] */
  readonly observations: Tensor2D;
  /** [samples, actionColumns of the policy's head] */
  readonly actions: Tensor2D;
  /** [samples, 1] each; the advantages normalised already, values as the advantages were computed from. */
  readonly advantages: Tensor2D;
  readonly logProbs: Tensor2D;
  readonly returns: Tensor2D;
  readonly values: Tensor2D;
}

/** What some samples add to their minibatch. */
export type TfjsContribution = {
  /** [parameters] */
  gradient: Tensor1D;
  /** [6]: sums over the samples, in the order of `SUMS`. */
  sums: Tensor1D;
};

/** The columns of `TfjsContribution.sums`. `value`: of squared errors. */
export const SUMS = ["objective", "logRatio", "k3", "clipped", "value", "entropy"] as const;

/** PPO's loss and its gradient by operations of TensorFlow.js, with the formulas of `PolicyLoss` and `ValueLoss`. */
export class TfjsActorCritic {
  readonly head: TfjsPolicyHead;
  readonly #tf: LearnerTensorFlow;
  readonly #layout: ParameterLayout;
  readonly #actor: TfjsNetwork;
  readonly #critic: TfjsNetwork;

  constructor(device: TfjsDevice, shape: NetworkShape, layout: ParameterLayout) {
    this.#tf = device.tf;
    this.#layout = layout;
    this.head = policyHead(device.tf, shape);
    this.#actor = new TfjsNetwork(device, layout.actor, shape.activation);
    this.#critic = new TfjsNetwork(device, layout.critic, shape.activation);
  }

  /** [samples]: the critic's outputs. observations [samples, observation]. */
  values(parameters: Tensor1D, observations: Tensor2D): Tensor1D {
    const tf = this.#tf;
    return tf.tidy(() => tf.reshape(this.#critic.forward(parameters, observations).at(-1)!, [-1]));
  }

  /** minibatch: how many samples it has, of which these are some. */
  contribution(
    parameters: Tensor1D,
    samples: TfjsSamples,
    minibatch: number,
    policy: PolicyLossSettings,
    value: ValueLossSettings,
  ): TfjsContribution {
    const tf = this.#tf;
    return tf.tidy(() => {
      const actor = this.#policyPart(parameters, samples, minibatch, policy);
      const critic = this.#valuePart(parameters, samples, minibatch, value);
      return {
        gradient: tf.concat([...actor.gradient, ...critic.gradient]),
        sums: tf.concat([tf.sum(tf.concat([...actor.terms, critic.term], 1), 0), actor.entropy]) as Tensor1D,
      };
    });
  }

  #policyPart(
    parameters: Tensor1D,
    { observations, actions, logProbs, advantages }: TfjsSamples,
    minibatch: number,
    { clipCoefficient: clip, entropyCoefficient }: PolicyLossSettings,
  ): { gradient: Tensor1D[]; terms: Tensor2D[]; entropy: Tensor1D } {
    const tf = this.#tf;
    const { logStd, criticStart } = this.#layout;
    return tf.tidy(() => {
      const outputs = this.#actor.forward(parameters, observations);
      const own = criticStart > logStd ? tf.slice(parameters, logStd, criticStart - logStd) : undefined;
      const policy = this.head.policy(outputs.at(-1)!, actions, own);
      const logRatio: Tensor2D = tf.sub(policy.logProbs, logProbs);
      const ratio = tf.exp(logRatio);
      const move: Tensor2D = tf.sub(ratio, 1);
      const unclipped: Tensor2D = tf.mul(ratio, advantages);
      const clipped: Tensor2D = tf.mul(tf.clipByValue(ratio, 1 - clip, 1 + clip), advantages);
      const isActive = tf.lessEqual(unclipped, clipped);
      const active = tf.where(isActive, unclipped, tf.zerosLike(unclipped));
      const gradient = policy.gradient(tf.mul(active, -1 / minibatch), entropyCoefficient / minibatch);
      return {
        gradient: [...this.#actor.backward(parameters, outputs, gradient.outputs), ...gradient.own],
        terms: [
          tf.minimum(unclipped, clipped),
          logRatio,
          tf.sub(move, logRatio),
          tf.cast(tf.greater(tf.abs(move), clip), "float32"),
        ] as Tensor2D[],
        entropy: policy.entropy,
      };
    });
  }

  #valuePart(
    parameters: Tensor1D,
    { observations, returns, values }: TfjsSamples,
    minibatch: number,
    { valueClipRange: range, valueCoefficient }: ValueLossSettings,
  ): { gradient: Tensor1D[]; term: Tensor2D } {
    const tf = this.#tf;
    return tf.tidy(() => {
      const outputs = this.#critic.forward(parameters, observations);
      const value = outputs.at(-1)!;
      const error: Tensor2D = tf.sub(value, returns);
      const { term, slope } =
        range === null
          ? { term: tf.square(error), slope: error }
          : this.#clippedError(value, values, returns, error, range);
      const gradient: Tensor2D = tf.mul(slope, valueCoefficient / minibatch);
      return { gradient: this.#critic.backward(parameters, outputs, gradient), term };
    });
  }

  /** The larger of the two squared errors, and half its derivative. */
  #clippedError(
    value: Tensor2D,
    oldValue: Tensor2D,
    returns: Tensor2D,
    error: Tensor2D,
    range: number,
  ): { term: Tensor2D; slope: Tensor2D } {
    const tf = this.#tf;
    const move = tf.sub(value, oldValue);
    const clippedMove = tf.clipByValue(move, -range, range);
    const clippedError: Tensor2D = tf.sub(tf.add(oldValue, clippedMove), returns);
    const [square, clippedSquare] = [tf.square(error), tf.square(clippedError)];
    const inside = tf.where(tf.equal(move, clippedMove), clippedError, tf.zerosLike(clippedError));
    return {
      term: tf.maximum(square, clippedSquare),
      slope: tf.where(tf.greater(clippedSquare, square), inside, error),
    };
  }
}
