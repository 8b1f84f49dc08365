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
    const { envs } = rollout;
    const rows = this.observations.shape[0];
    const pieces: Tensor2D[] = [];
    for (const observations of this.#passes(rollout, ended)) {
      pieces.push(await this.network.values(this.weights, observations, pacer));
      tf.dispose(observations);
    }
    const all = tf.concat(pieces);
    tf.dispose(pieces);
    const outputs = await all.data<"float32">();
    tf.dispose(all);
    return {
      values: outputs.subarray(0, rows),
      lastValues: outputs.subarray(rows, rows + envs),
      finalValues: outputs.subarray(rows + envs, rows + envs + ended.length),
    };
  }

  /** The rollout's observations, then the others, some at a time: tensors of the caller's. */
  *#passes(rollout: Rollout, ended: readonly number[]): Generator<Tensor2D, void, void> {
    const rows = this.observations.shape[0];
    const most = Math.min(this.passRows, rows);
    for (let start = 0; start < rows; start += most) {
      yield this.tf.slice(this.observations, [start, 0], [Math.min(most, rows - start), -1]);
    }
    const others = rollout.envs + ended.length;
    for (let start = 0; start < others; start += most) {
      const size = Math.min(most, powerOfTwoFrom(others - start));
      yield this.#otherObservations(rollout, ended, start, size);
    }
  }

  /**
   * [size, observation]: of the last observations and, after them, the final ones of the rows that ended, those from `start` on, and
   * zeros where there are no more. WebGPU's back end (4.22) keeps every buffer for another tensor of exactly its size, so that a
   * size for each number of rows that can end would fill the GPU's memory.
   */
  #otherObservations(rollout: Rollout, ended: readonly number[], start: number, size: number): Tensor2D {
    const { envs, observationSize: width, lastObservations, finalObservations } = rollout;
    const others = new Float32Array(size * width);
    const end = Math.min(start + size, envs + ended.length);
    for (let k = start; k < end; k++) {
      const [from, row] = k < envs ? [lastObservations, k] : [finalObservations, ended[k - envs]!];
      others.set(from.subarray(row * width, (row + 1) * width), (k - start) * width);
    }
    return this.tf.tensor2d(others, [size, width]);
  }
}

function powerOfTwoFrom(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}
