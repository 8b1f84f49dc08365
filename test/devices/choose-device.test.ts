import { describe, expect, it } from "vitest";
import { kernelLearner } from "../../agents/ppo/kernel-learner.js";
import type { LearnerFactory, UpdateMetrics } from "../../agents/ppo/learner.js";
import { timeUpdate } from "../../src/choose-device.js";
import { type PpoTrainConfig, resolveTrainConfig } from "../../src/train-config.js";
import { BENCH_SHAPE } from "../support/learner-bench.js";

const { config } = resolveTrainConfig({
  algorithm: "ppo",
  flags: { env: "Pendulum", num_envs: 1, num_steps: 2048, minibatch_size: 64, epochs: 10 },
}) as { config: PpoTrainConfig };

/** A learner whose update takes so many milliseconds, and so many more for each epoch, and that counts its epochs. */
function slowLearner(updateMs: number, epochMs: number) {
  const counted = { epochs: 0 };
  const createLearner: LearnerFactory = async (options) => {
    const learner = await kernelLearner({ device: "simd" })(options);
    return {
      state: () => learner.state(),
      restore: (state) => learner.restore(state),
      close: () => learner.close(),
      update: async () => {
        counted.epochs += options.config.epochs;
        const end = performance.now() + updateMs + epochMs * options.config.epochs;
        while (performance.now() < end);
        return {} as UpdateMetrics;
      },
    };
  };
  return { createLearner, counted };
}

describe("the time of a run's update", () => {
  it("multiplies what its epochs cost, and not the way to a device and back", async () => {
    const { createLearner } = slowLearner(30, 2);
    const time = await timeUpdate(config, BENCH_SHAPE, "simd", { createLearner, processor: "gpu" });
    // 128 of 2,048 transitions were measured: 30 ms, and 10 epochs of 16 times 2 ms.
    expect(time).toBeGreaterThan(300);
    expect(time).toBeLessThan(600);
  });

  it("is taken from one epoch where a device needs long for that", async () => {
    const { createLearner, counted } = slowLearner(0, 300);
    const time = await timeUpdate(config, BENCH_SHAPE, "simd", { createLearner, processor: "cpu" });
    expect(counted.epochs).toBe(1);
    expect(time).toBeGreaterThan(300 * 10 * 16 * 0.999);
  });
});
