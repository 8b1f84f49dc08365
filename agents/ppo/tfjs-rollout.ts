import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { advantageScaling } from "./advantage-scaling.js";
import type { AdvantageEstimates, Rollout } from "./learner.js";
import type { TfjsSamples } from "./tfjs-actor-critic.js";
import type { LearnerTensorFlow } from "./tfjs-device.js";
import type { TfjsPolicyHead } from "./tfjs-policy-head.js";

/** What is kept of each sample beside observation and action. */
const COLUMNS = ["advantages", "logProbs", "returns", "values"] as const;

/** A rollout on the device: its large arrays are uploaded once, and samples taken from them there in each epoch's order. */
export class TfjsRollout {
  /** [rows, observation] */
  readonly observations: Tensor2D;
  readonly #tf: LearnerTensorFlow;
  readonly #logProbs: Float32Array;
  readonly #actions: Tensor2D;
  #epoch: EpochTensors | undefined;

  constructor(tf: LearnerTensorFlow, head: TfjsPolicyHead, rollout: Rollout) {
    const { steps, envs, observationSize, observations, actions, logProbs } = rollout;
    const rows = steps * envs;
    this.#tf = tf;
    this.#logProbs = logProbs;
    // A tensor may keep the array that it is given, and the rollout's is written again.
    this.observations = tf.tensor2d(observations.slice(), [rows, observationSize]);
    this.#actions = tf.tensor2d(head.actionsOf(actions), [rows, head.actionColumns]);
  }

  /**
   * Begins an epoch, of samples in `order`. Advantages are normalised here, in float64 as on the kernels, within each of `bounds`.
   */
  shuffle(
    order: Int32Array,
    bounds: readonly (readonly [number, number])[],
    estimates: AdvantageEstimates,
    normalizeAdvantages: boolean,
  ): void {
    const tf = this.#tf;
    const rows = order.length;
    const columns = new Float32Array(COLUMNS.length * rows);
    for (const [start, end] of bounds) {
      const { advantages } = estimates;
      const { mean, scale } = advantageScaling(advantages, normalizeAdvantages, order, start, end);
      for (let k = start; k < end; k++) {
        const row = order[k]!;
        columns[k] = (advantages[row]! - mean) * scale;
        columns[rows + k] = this.#logProbs[row]!;
        columns[2 * rows + k] = estimates.returns[row]!;
        columns[3 * rows + k] = estimates.values[row]!;
      }
    }
    this.#epoch = {
      order: tf.tensor1d(order.slice(), "int32"),
      columns: tf.tensor2d(columns, [COLUMNS.length, rows]),
    };
  }

  /** Places [start, start + count) of the epoch's order. Runs inside a tidy. */
  samples(start: number, count: number): TfjsSamples {
    const tf = this.#tf;
    const { order, columns } = this.#epoch!;
    const rows = tf.slice(order, start, count);
    const [advantages, logProbs, returns, values] = COLUMNS.map((_name, index) =>
      tf.reshape(tf.slice(columns, [index, start], [1, count]), [count, 1]),
    ) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
    return {
      observations: tf.gather(this.observations, rows),
      actions: tf.gather(this.#actions, rows),
      advantages,
      logProbs,
      returns,
      values,
    };
  }

  dispose(): void {
    this.endEpoch();
    this.#tf.dispose([this.observations, this.#actions]);
  }

  /** Gives the epoch's memory back. */
  endEpoch(): void {
    if (this.#epoch !== undefined) this.#tf.dispose(Object.values(this.#epoch) as Tensor[]);
    this.#epoch = undefined;
  }
}

interface EpochTensors {
  /** [rows]: the rollout's rows in the epoch's order. */
  readonly order: Tensor1D;
  /** [4, rows], in that order. */
  readonly columns: Tensor2D;
}
