import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { tfjsLearner } from "../../agents/ppo/tfjs-learner.js";
import { recordTraining, repeatTraining } from "./half-cheetah-updates.js";
import { useBackend } from "./tfjs.js";

/**
 * How far apart any weight of two learners may be after up to 1,000 steps of Adan on the same HalfCheetah data, in which weights move
 * by 0.1. Measured: wasm 8.3e-7, cpu 2.1e-7, each from simd, and no more after 1,000 steps than after 100. The margin is for other
 * processors, whose wasm may round sums of products otherwise.
 */
const WEIGHTS_ABSOLUTE = 5e-6;

/** updates: steps of the optimizer, in hundreds. */
export async function expectNearKernels(name: "cpu" | "wasm", updates: number): Promise<void> {
  const training = await recordTraining(updates);
  await useBackend(name);
  const weights = await repeatTraining(training, tfjsLearner({ name, tf }));
  expect(largest(weights, training.initial)).toBeGreaterThan(0.02);
  expect(largest(weights, training.final)).toBeLessThan(WEIGHTS_ABSOLUTE);
  expect(largest(weights, training.final)).toBeGreaterThan(0);
}

function largest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
