import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { Pacer } from "../../src/pacer.js";
import type { NetworkShape, ParameterLayout } from "../../src/policy/network.js";
import type { PolicyLossSettings } from "./policy-loss.js";
import type { LearnerDevice, LearnerTensorFlow } from "./tfjs-device.js";
import { TfjsNetwork } from "./tfjs-network.js";
import { policyHead, type TfjsPolicyHead } from "./tfjs-policy-head.js";
import type { ValueLossSettings } from "./value-loss.js";

/** Samples of a minibatch on the device, in its order; rows are samples. */
export type TfjsSamples = {
  /** [samples, observation] */
  observations: Tensor2D;
  /** [samples, actionColumns of the policy's head] */
  actions: Tensor2D;
  /** [samples, 1] each; the advantages normalised already, values as the advantages were computed from. */
  advantages: Tensor2D;
  logProbs: Tensor2D;
  returns: Tensor2D;
  values: Tensor2D;
};

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

  constructor(device: LearnerDevice, shape: NetworkShape, layout: ParameterLayout) {
    this.#tf = device.tf;
    this.#layout = layout;
    this.head = policyHead(device.tf, shape);
    this.#actor = new TfjsNetwork(device, layout.actor, shape.activation);
    this.#critic = new TfjsNetwork(device, layout.critic, shape.activation);
  }

  /** [samples, 1]: the critic's outputs. observations [samples, observation]. */
  async values(parameters: Tensor1D, observations: Tensor2D, pacer: Pacer): Promise<Tensor2D> {
    const forward = await this.#critic.forward(parameters, observations, pacer);
    const values = this.#tf.clone(forward.output);
    this.#critic.release(forward);
    return values;
  }

  /** minibatch: how many samples it has, of which these are some. */
  async contribution(
    parameters: Tensor1D,
    samples: TfjsSamples,
    minibatch: number,
    policy: PolicyLossSettings,
    value: ValueLossSettings,
    pacer: Pacer,
  ): Promise<TfjsContribution> {
    const tf = this.#tf;
    const actor = await this.#actor.forward(parameters, samples.observations, pacer);
    const loss = tf.tidy(() => this.#policyLoss(parameters, actor.output, samples, minibatch, policy));
    const actorPieces = await this.#actor.backward(actor, loss.gradient, pacer);
    this.#actor.release(actor);
    const critic = await this.#critic.forward(parameters, samples.observations, pacer);
    const fit = tf.tidy(() => this.#valueLoss(critic.output, samples, minibatch, value));
    const criticPieces = await this.#critic.backward(critic, fit.gradient, pacer);
    this.#critic.release(critic);
    const pieces = [...actorPieces, ...loss.own, ...criticPieces];
    const contribution = tf.tidy(() => ({
      gradient: tf.concat(pieces),
      sums: tf.concat([tf.sum(tf.concat([...loss.terms, fit.term], 1), 0), loss.entropy]) as Tensor1D,
    }));
    tf.dispose([...pieces, ...loss.terms, loss.gradient, loss.entropy, fit.term, fit.gradient]);
    return contribution;
  }

  #policyLoss(
    parameters: Tensor1D,
    output: Tensor2D,
    { actions, logProbs, advantages }: TfjsSamples,
    minibatch: number,
    { clipCoefficient: clip, entropyCoefficient }: PolicyLossSettings,
  ): { gradient: Tensor2D; own: Tensor1D[]; terms: Tensor2D[]; entropy: Tensor1D } {
    const tf = this.#tf;
    const { logStd, criticStart } = this.#layout;
    const ownParameters =
      criticStart > logStd ? tf.slice(parameters, logStd, criticStart - logStd) : undefined;
    const policy = this.head.policy(output, actions, ownParameters);
    const logRatio: Tensor2D = tf.sub(policy.logProbs, logProbs);
    const ratio = tf.exp(logRatio);
    const move: Tensor2D = tf.sub(ratio, 1);
    const unclipped: Tensor2D = tf.mul(ratio, advantages);
    const clipped: Tensor2D = tf.mul(tf.clipByValue(ratio, 1 - clip, 1 + clip), advantages);
    const active = tf.where(tf.lessEqual(unclipped, clipped), unclipped, tf.zerosLike(unclipped));
    const gradient = policy.gradient(tf.mul(active, -1 / minibatch), entropyCoefficient / minibatch);
    return {
      gradient: gradient.outputs,
      own: [...gradient.own],
      terms: [
        tf.minimum(unclipped, clipped),
        logRatio,
        tf.sub(move, logRatio),
        tf.cast(tf.greater(tf.abs(move), clip), "float32"),
      ] as Tensor2D[],
      entropy: policy.entropy,
    };
  }

  #valueLoss(
    value: Tensor2D,
    { returns, values }: TfjsSamples,
    minibatch: number,
    { valueClipRange: range, valueCoefficient }: ValueLossSettings,
  ): { gradient: Tensor2D; term: Tensor2D } {
    const tf = this.#tf;
    const error: Tensor2D = tf.sub(value, returns);
    const { term, slope } =
      range === null
        ? { term: tf.square(error), slope: error }
        : this.#clippedError(value, values, returns, error, range);
    return { gradient: tf.mul(slope, valueCoefficient / minibatch), term };
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
