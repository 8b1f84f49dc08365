import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { KernelLearner, kernelLearner } from "../../../agents/ppo/kernel-learner.js";
import type { LearnerOptions } from "../../../agents/ppo/learner.js";
import { tfjsLearner } from "../../../agents/ppo/tfjs-learner.js";
import { deviceMemory } from "../../../agents/ppo/tfjs-memory.js";
import { BENCH_SHAPE, endEpisodes, learnerBench } from "../../support/learner-bench.js";
import { useBackend } from "../../support/tfjs.js";

describe("the memory of a learner on the kernels", () => {
  it.each(["adan", "adamw"])("is known before any is taken: %s", async (optimizer) => {
    let planned = 0;
    let before = 0;
    const { arena } = await learnerBench(
      (options) => {
        planned = KernelLearner.plan(options).bytes;
        before = options.arena.regions.length;
        return kernelLearner({ device: "simd" })(options);
      },
      { config: { optimizer } },
    );
    const taken = arena.regions.slice(before);
    const last = taken.at(-1)!;
    // Every region of a learner is of numbers of four bytes, and they lie close, each on a line of 64 bytes of its own.
    const end = Math.ceil((last.offset + 4 * last.length) / 64) * 64;
    expect(planned).toBe(end - taken[0]!.offset);
  });

  it("is refused as a whole where the arena has no room for it", async () => {
    const refused = learnerBench((options) => {
      // 2^30 transitions: their order, values and returns alone are 12 GiB.
      const buffer = { ...options.buffer, steps: 2 ** 28 };
      return kernelLearner({ device: "simd" })({ ...options, buffer });
    });
    await expect(refused).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The learner would bring the shared memory to 12289 MiB; its limit is 2048 MiB. Choose a smaller rollout, minibatch or network.]`,
    );
  });
});

describe("the memory of a learner on TensorFlow.js", () => {
  beforeAll(() => useBackend("wasm"));

  it.each([
    { title: "the optimizer's step is the peak", hiddenSizes: [256, 256], minibatch: 64, rows: 128 },
    { title: "Adam's step is", hiddenSizes: [256, 256], minibatch: 64, rows: 128, optimizer: "adam" },
    { title: "a pass is", hiddenSizes: [64, 64], minibatch: 2048, rows: 2048 },
    { title: "the values are", hiddenSizes: [16], minibatch: 256, rows: 8192 },
    {
      title: "the values are, of final observations too, anew in each epoch",
      hiddenSizes: [16],
      minibatch: 256,
      rows: 8192,
      ended: 8192,
    },
  ])("is predicted: $title", async ({ hiddenSizes, minibatch, rows, optimizer = "adan", ended }) => {
    let options: LearnerOptions | undefined;
    const start = tf.memory().numBytes;
    const bench = await learnerBench(
      (given) => {
        options = given;
        return tfjsLearner({ name: "wasm", tf })(given);
      },
      {
        shape: { ...BENCH_SHAPE, observationSize: 17, hiddenSizes },
        steps: rows / 4,
        config: { minibatch_size: minibatch, epochs: 2, optimizer, recompute_advantages: true },
      },
    );
    if (ended !== undefined) endEpisodes(bench, ended);
    const { peakBytes } = await tf.profile(async () => {
      await bench.update(1);
      return [];
    });
    const predicted = deviceMemory({ name: "wasm", tf }, options!).total;
    expect(predicted).toBeGreaterThanOrEqual(peakBytes - start);
    expect(predicted).toBeLessThan(1.6 * (peakBytes - start));
    await bench.learner.close();
  });

  it("is refused before it is taken, whole and in one tensor", async () => {
    const start = tf.memory().numTensors;
    const withLimits = (limits: { totalBytes?: number; tensorBytes?: number }) =>
      learnerBench(tfjsLearner({ name: "webgpu", tf, limits }), {
        shape: { ...BENCH_SHAPE, hiddenSizes: [1024, 1024] },
      });
    await expect(withLimits({ totalBytes: 2 ** 27 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The learner would take 251 MiB of device webgpu (rollout 1 MiB, weights and slots 41 MiB, work 210 MiB); its limit is 128 MiB. Choose a smaller rollout, minibatch or network, or device simd.]`,
    );
    await expect(withLimits({ tensorBytes: 2 ** 22 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The learner's largest tensor would take 9 MiB of device webgpu; its limit for one is 4 MiB. Choose a smaller rollout, minibatch or network, or device simd.]`,
    );
    expect(tf.memory().numTensors).toBe(start);
  });
});
