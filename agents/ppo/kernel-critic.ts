import { paddedBatch, SAMPLE_BLOCK } from "../../src/kernels/kernels.js";
import type { Pacer } from "../../src/pacer.js";
import type { Mlp } from "../../src/policy/mlp.js";
import type { RolloutCritic, RolloutValues } from "./advantages.js";
import type { Rollout } from "./learner.js";

/** The critic on the kernels, in blocks of samples. */
export class KernelCritic implements RolloutCritic {
  constructor(readonly network: Mlp) {}

  async evaluate(rollout: Rollout, ended: readonly number[], pacer: Pacer): Promise<RolloutValues> {
    const { steps, envs, observationSize: size, observations, finalObservations, lastObservations } = rollout;
    return {
      values: await this.#run(pacer, observations, size, steps * envs),
      lastValues: await this.#run(pacer, lastObservations, size, envs),
      finalValues: await this.#run(pacer, finalObservations, size, ended.length, ended),
    };
  }

  /** V(observations[which[k]]) for k < count, or of row k without `which`. */
  async #run(
    pacer: Pacer,
    observations: Float32Array,
    size: number,
    count: number,
    which?: readonly number[],
  ): Promise<Float32Array> {
    const { input, output } = this.network;
    const values = new Float32Array(count);
    for (let start = 0; start < count; start += SAMPLE_BLOCK) {
      const samples = Math.min(SAMPLE_BLOCK, count - start);
      const batch = paddedBatch(samples);
      for (let b = 0; b < batch; b++) {
        const row = b < samples ? (which?.[start + b] ?? start + b) : -1;
        for (let j = 0; j < size; j++) input[j * batch + b] = row < 0 ? 0 : observations[row * size + j]!;
      }
      this.network.forward(batch);
      for (let b = 0; b < samples; b++) values[start + b] = output[b]!;
      if (pacer.isDue) await pacer.pause();
    }
    return values;
  }
}
