import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { kernelLearner } from "../../../agents/ppo/kernel-learner.js";
import type { LearnerConfig } from "../../../agents/ppo/learner.js";
import { tfjsLearner } from "../../../agents/ppo/tfjs-learner.js";
import { type LearnerFailure, NonFiniteError } from "../../../src/non-finite.js";
import { registerOptimizer } from "../../../src/optim/registry.js";
import type { NetworkShape } from "../../../src/policy/network.js";
import { BENCH_SHAPE, learnerBench } from "../../support/learner-bench.js";
import { expectOneMinibatchLikeKernels, largestDifference } from "../../support/learner-distance.js";
import { runPpo } from "../../support/ppo-run.js";
import { useBackend } from "../../support/tfjs.js";

const simd = kernelLearner({ device: "simd" });
const onCpu = tfjsLearner({ name: "cpu", tf });
const onWasm = tfjsLearner({ name: "wasm", tf });

/** What the golden records allow a float32 learner; these updates are about as many. */
const PARAMETERS_ABSOLUTE = 2e-5;

describe.each([
  { backend: "cpu", createLearner: onCpu },
  { backend: "wasm", createLearner: onWasm },
] as const)("the learner on TensorFlow.js, back end $backend", ({ backend, createLearner }) => {
  beforeAll(() => useBackend(backend));

  const categorical: NetworkShape = { ...BENCH_SHAPE, actions: "categorical", actionSize: 3 };
  const recipes: { title: string; shape?: NetworkShape; config?: Partial<LearnerConfig> }[] = [
    { title: "choices among actions", shape: categorical },
    {
      title: "choices, ReLU, AdamW",
      shape: { ...categorical, activation: "relu" },
      config: { optimizer: "adamw" },
    },
    { title: "Adam with Adan's betas, no clipping", config: { optimizer: "adam-matched", max_grad_norm: 0 } },
    { title: "an optimizer that clips by itself", config: { optimizer_options: { max_grad_norm: 0.01 } } },
    { title: "one sample left over", config: { minibatch_size: 127 } },
    { title: "the last minibatch left out", config: { minibatch_size: 50, last_minibatch: "drop" } },
  ];

  it.each(recipes)("trains as the kernels do: $title", async ({ shape, config }) => {
    const options = { ...(shape && { shape }), ...(config && { config }) };
    const [ours, theirs] = [await learnerBench(createLearner, options), await learnerBench(simd, options)];
    for (const iteration of [1, 2]) {
      const [a, b] = [await ours.update(iteration), await theirs.update(iteration)];
      expect(a.minibatches).toBe(b.minibatches);
      for (const key of ["loss", "entropy", "approxKl", "gradientNorm", "updateNorm"] as const) {
        expect(Math.abs(a[key] - b[key]), key).toBeLessThan(1e-4 * Math.max(1, Math.abs(b[key])));
      }
      expect(Object.keys(a.slotNorms)).toEqual(Object.keys(b.slotNorms));
      for (const [slot, norm] of Object.entries(b.slotNorms)) {
        expect(Math.abs(a.slotNorms[slot]! - norm), slot).toBeLessThan(1e-4 * norm);
      }
    }
    expect(largestDifference(ours.parameters, theirs.parameters)).toBeLessThan(PARAMETERS_ABSOLUTE);
    await ours.learner.close();
  });

  it.each(["adan", "adan-restart", "adam-rel"])(
    "goes on from the kernels' checkpoint, and they from its: %s",
    async (optimizer) => {
      const config = { optimizer, value_target_scaling: "return_std" } as const;
      const fresh = async (factory: typeof simd) => learnerBench(factory, { config });
      const [a, b] = [await fresh(simd), await fresh(createLearner)];
      await a.update(1);
      await b.learner.restore(await a.learner.state());
      await b.update(2);
      const c = await fresh(simd);
      await c.learner.restore(await b.learner.state());
      await c.update(3);
      for (const iteration of [2, 3]) await a.update(iteration);
      expect(largestDifference(c.parameters, a.parameters)).toBeLessThan(PARAMETERS_ABSOLUTE);
      await b.learner.close();
    },
  );

  it("holds no more tensors after an update than before, and none in the end", async () => {
    const start = tf.memory().numTensors;
    const bench = await learnerBench(createLearner, { config: { kl_stop: "minibatch", target_kl: 10 } });
    const held = tf.memory().numTensors;
    // Adan's four slots.
    expect(held).toBe(start + 4);
    for (const iteration of [1, 2, 3]) {
      await bench.update(iteration);
      expect(tf.memory().numTensors).toBe(held);
    }
    await bench.learner.restore(await bench.learner.state());
    expect(tf.memory().numTensors).toBe(held);
    await bench.learner.close();
    expect(tf.memory().numTensors).toBe(start);
  });

  it.each([{ kl_stop: null }, { kl_stop: "minibatch", target_kl: 10 }] as const)(
    "tells of a number that is not finite, and leaves the weights of before: KL stop $kl_stop",
    async (config) => {
      const start = tf.memory().numTensors;
      const bench = await learnerBench(createLearner, { config });
      const before = bench.parameters.slice();
      const inOrder = (_epoch: number, out: Int32Array) => {
        out.forEach((_, row) => {
          out[row] = row;
        });
      };
      const diverged = await errorOf(bench.update(2, { learningRate: Number.POSITIVE_INFINITY }));
      expect(diverged.message).toBe(
        "Iteration 2, epoch 1, minibatch 1: the step left the weights with numbers that are not finite, at learning rate Infinity.",
      );
      expect(bench.parameters).toEqual(before);
      await bench.learner.close();

      const other = await learnerBench(createLearner, { config });
      // Of minibatches of 32 the third.
      other.buffer.logProbs[70] = Number.NaN;
      const lost = await errorOf(other.update(3, { shuffle: inOrder }));
      expect(lost.message).toBe(
        "Iteration 3, epoch 1, minibatch 3: the loss is NaN, at learning rate 0.001.",
      );
      expect(lost.failure).toMatchObject({ what: "loss", tensor: null, tensors: [], loss: "NaN" });
      expect(other.parameters).toEqual(before);
      await other.learner.close();
      expect(tf.memory().numTensors).toBe(start);
    },
  );

  const usual = { observations: 17, hiddenSizes: backend === "cpu" ? [64, 64] : [256, 256], rows: 2048 };
  // Humanoid's observations: those of a whole rollout are too many to be put in order at once.
  const wide = { observations: 348, hiddenSizes: [16], rows: 8192 };

  it.each([usual, wide])("lets the event loop through: $rows times $observations", async (size) => {
    const { observations: observationSize, hiddenSizes, rows } = size;
    const shape = { ...BENCH_SHAPE, observationSize, hiddenSizes };
    const config = { minibatch_size: 1024, epochs: 1 };
    const bench = await learnerBench(createLearner, { shape, config, steps: rows / 4 });
    await bench.update(1);
    let longest = 0;
    let last = cpuMilliseconds();
    const look = () => {
      longest = Math.max(longest, cpuMilliseconds() - last);
      last = cpuMilliseconds();
    };
    const timer = setInterval(look, 1);
    await bench.update(2);
    clearInterval(timer);
    look();
    // Of this process's own time: others on the machine don't count.
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(100);
    await bench.learner.close();
  });
});

describe("a run with the learner on TensorFlow.js", () => {
  it("trains, and stays near the kernels' run of the same seed", async () => {
    await useBackend("wasm");
    const config = { num_envs: 2, num_steps: 64, minibatch_size: 32, epochs: 2, hidden_sizes: [8] };
    const request = { env: "InvertedPendulum-v5", iterations: 1, config };
    const weights = async (createLearner: typeof simd) =>
      ((await runPpo({ ...request, createLearner })) as { learner: { parameters: Float32Array } }).learner
        .parameters;
    const [ours, theirs] = [await weights(onWasm), await weights(simd)];
    expect(largestDifference(ours, theirs)).toBeLessThan(PARAMETERS_ABSOLUTE);
    expect(largestDifference(ours, theirs)).toBeGreaterThan(0);
  });
});

describe("large batches and networks", () => {
  it.each([
    { title: "a minibatch of 32,768", backend: "wasm", hiddenSizes: [16, 16], rows: 32_768 },
    { title: "two layers of 1,024 units", backend: "wasm", hiddenSizes: [1024, 1024], rows: 64 },
    { title: "a minibatch in two passes", backend: "cpu", hiddenSizes: [128, 128], rows: 1024 },
  ] as const)(
    "give what they give on the kernels: $title ($backend)",
    async ({ backend, hiddenSizes, rows }) => {
      await useBackend(backend);
      await expectOneMinibatchLikeKernels(backend === "cpu" ? onCpu : onWasm, { hiddenSizes, rows });
    },
  );
});

describe("an optimizer of the user's own", () => {
  it("is refused: it steps in our memory", async () => {
    await useBackend("cpu");
    registerOptimizer("by hand", { learningRate: 1, create: () => null as never });
    await expect(
      learnerBench(onCpu, { config: { optimizer: "by hand" } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: Optimizer "by hand" steps in our own memory, not on device cpu, which has adan, adan-restart, adan-forget, adam, adamw, adam-rel, adam-matched; choose one of these, or device simd.]`,
    );
  });
});

/** What this process has computed so far. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function errorOf(update: Promise<unknown>): Promise<{ message: string; failure: LearnerFailure }> {
  const error = await update.catch((reason: unknown) => reason);
  if (error instanceof NonFiniteError) return error as NonFiniteError & { failure: LearnerFailure };
  throw new Error(`Expected a NonFiniteError, got ${String(error)}`);
}
