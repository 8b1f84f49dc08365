import { expect } from "vitest";
import { kernelLearner } from "../../agents/ppo/kernel-learner.js";
import type { LearnerFactory } from "../../agents/ppo/learner.js";
import { deviceLearner } from "../../src/device-learner.js";
import type { TfjsDeviceName } from "../../src/devices/names.js";
import { openDevice } from "../../src/devices/open-node.js";
import { recordTraining, repeatTraining } from "./half-cheetah-updates.js";
import { BENCH_SHAPE, learnerBench } from "./learner-bench.js";

/**
 * How far apart any weight of two learners may be after up to 1,000 steps of Adan on the same HalfCheetah data, in which weights move
 * by 0.1. Measured after 1,000, each from simd: wasm 8.3e-7, cpu 2.1e-7, webgpu on a GPU in software 2.3e-7; wasm and cpu are no
 * farther than after 100. The margin is for other processors, whose sums of products may round otherwise.
 */
const WEIGHTS_ABSOLUTE = 5e-6;

/** What the golden records allow a float32 learner. */
const ONE_UPDATE_ABSOLUTE = 2e-5;

/** updates: steps of the optimizer, in hundreds. */
export async function expectNearKernels(name: TfjsDeviceName, updates: number): Promise<void> {
  const training = await recordTraining(updates);
  const device = await openDevice(name);
  const weights = await repeatTraining(training, deviceLearner(device));
  device.close();
  expect(largestDifference(weights, training.initial)).toBeGreaterThan(0.02);
  expect(largestDifference(weights, training.final)).toBeLessThan(WEIGHTS_ABSOLUTE);
  expect(largestDifference(weights, training.final)).toBeGreaterThan(0);
}

/** An update of one minibatch, as large as its rollout, gives what it gives on the kernels. */
export async function expectOneMinibatchLikeKernels(
  createLearner: LearnerFactory,
  { hiddenSizes, rows }: { readonly hiddenSizes: readonly number[]; readonly rows: number },
): Promise<void> {
  const options = {
    shape: { ...BENCH_SHAPE, hiddenSizes },
    steps: rows / 4,
    config: { minibatch_size: rows, epochs: 1 },
  };
  const ours = await learnerBench(createLearner, options);
  const theirs = await learnerBench(kernelLearner({ device: "simd" }), options);
  const [a, b] = [await ours.update(1), await theirs.update(1)];
  expect(a.minibatches).toBe(1);
  expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * Math.abs(b.loss));
  expect(Math.abs(a.gradientNorm - b.gradientNorm)).toBeLessThan(2e-5 * b.gradientNorm);
  expect(largestDifference(ours.parameters, theirs.parameters)).toBeLessThan(ONE_UPDATE_ABSOLUTE);
  await ours.learner.close();
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
