import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { Pacer } from "../../src/pacer.js";
import type { RolloutCritic, RolloutValues } from "./advantages.js";
import type { Rollout } from "./learner.js";
import type { TfjsActorCritic } from "./tfjs-actor-critic.js";
import type { LearnerTensorFlow } from "./tfjs-device.js";

/** The critic on a device: all its outputs for a rollout come down at once. */
export class TfjsCritic implements RolloutCritic {
  /** All weights [parameters] and the rollout's observations [rows, observation] on the device: set them before `evaluate`. */
  weights!: Tensor1D;
  observations!: Tensor2D;

  constructor(
    readonly tf: LearnerTensorFlow,
    readonly network: TfjsActorCritic,
    readonly passRows: number,
  ) {}

  async evaluate(rollout: Rollout, ended: readonly number[], pacer: Pacer): Promise<RolloutValues> {
    const { tf } = this;
    const { envs, observationSize: size, lastObservations, finalObservations } = rollout;
    const others = new Float32Array((envs + ended.length) * size);
    others.set(lastObservations);
    ended.forEach((row, k) => {
      others.set(finalObservations.subarray(row * size, (row + 1) * size), (envs + k) * size);
    });
    const otherObservations = tf.tensor2d(others, [envs + ended.length, size]);
    const pieces = [
      ...(await this.#run(this.observations, pacer)),
      ...(await this.#run(otherObservations, pacer)),
    ];
    const all = tf.concat(pieces);
    tf.dispose([otherObservations, ...pieces]);
    const outputs = await all.data<"float32">();
    tf.dispose(all);
    const rows = this.observations.shape[0];
    return {
      values: outputs.subarray(0, rows),
      lastValues: outputs.subarray(rows, rows + envs),
      finalValues: outputs.subarray(rows + envs),
    };
  }

  async #run(observations: Tensor2D, pacer: Pacer): Promise<Tensor2D[]> {
    const { tf } = this;
    const rows = observations.shape[0];
    const pieces: Tensor2D[] = [];
    for (let start = 0; start < rows; start += this.passRows) {
      const some = tf.slice(observations, [start, 0], [Math.min(this.passRows, rows - start), -1]);
      pieces.push(await this.network.values(this.weights, some, pacer));
      tf.dispose(some);
    }
    return pieces;
  }
}
