import * as z from "zod";
import { AUTO_DEVICE, DEVICES } from "../devices/names.js";
import { count, described, oneOf, text, wholeNumber } from "./fields.js";

/** The keys of every training run, whatever the algorithm. */
export const runConfigShape = {
  env: text('the name of an environment, like "HalfCheetah-v5"').describe("The environment's id."),
  env_options: described(
    z.record(z.string(), z.unknown()),
    "a mapping of the environment's options",
  ).describe("What the environment is made with, where it differs from its defaults."),
  algorithm: oneOf(["ppo", "random"]).describe("The agent."),
  seed: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }).describe(
    "Every random stream of the run follows from it.",
  ),
  total_timesteps: count({ min: 1 }).describe("Budget in env steps; the last rollout may go past it."),
  device: oneOf([AUTO_DEVICE, ...DEVICES]).describe(
    "What computes the updates: our kernels (simd, or scalar: the same bits), or TensorFlow.js (webgpu, cuda, wasm, cpu). " +
      "auto: the fastest of those that answer; a run's own config names it.",
  ),
  threads: described(
    z.union([z.int().min(1).max(1024), z.literal("auto")]),
    'a whole number of at least 1, or "auto"',
  ).describe("Threads that step environments and train; results do not depend on it."),
  checkpoint_every: count({ min: 0 }).describe("Env steps between checkpoints; 0: only at the end."),
  keep_last: wholeNumber({ min: 1 }).describe(
    "How many of the newest checkpoints stay; the best stays in any case.",
  ),
  keep_every: count({ min: 0 }).describe(
    "The first checkpoint at or after each multiple of so many env steps stays for good; 0: none.",
  ),
  eval_every: count({ min: 0 }).describe("Env steps between evaluations; 0: only at the end."),
  eval_episodes: wholeNumber({ min: 1 }).describe("Episodes of each evaluation."),
  eval_actions: oneOf(["mean", "sampled"]).describe(
    "An evaluation takes the policy's mean action, or samples it as training does.",
  ),
  on_nan: oneOf(["stop", "rollback"]).describe(
    "At a number that is not finite the run stops, or goes back to its last checkpoint with half the learning rate.",
  ),
} as const;

/** What a run takes where nothing else is said; the environment has no default. */
export const RUN_DEFAULTS = {
  env_options: {},
  seed: 1,
  total_timesteps: 1_000_000,
  device: "simd",
  threads: "auto",
  checkpoint_every: 100_000,
  keep_last: 3,
  keep_every: 0,
  eval_every: 0,
  eval_episodes: 10,
  eval_actions: "mean",
  on_nan: "stop",
} as const;
