import type { LearnerFactory, LearnerOptions, Rollout, UpdatePlan } from "../agents/ppo/learner.js";
import { learnerOptions } from "../agents/ppo/learner-options.js";
import { networkShape } from "../agents/ppo/policy-snapshot.js";
import { deviceLearner } from "./device-learner.js";
import { type DeviceName, kernelDevice, type TfjsDeviceName } from "./devices/names.js";
import { openDevice } from "./devices/open-node.js";
import { DeviceAbsentError } from "./devices/packages.js";
import type { EnvSource } from "./env-source.js";
import { RlAdanError } from "./errors.js";
import { Arena } from "./kernels/arena.js";
import { loadKernels } from "./kernels/load.js";
import { supportsSimd } from "./kernels/simd-kernels.js";
import { createDistribution } from "./policy/create-distribution.js";
import { initializeParameters } from "./policy/initialize.js";
import { type NetworkShape, trainingFlops } from "./policy/network.js";
import { threadedKernelLearner, threadsFor } from "./ppo-agent-node.js";
import { NormalStream, permutation, streamKey } from "./random/index.js";
import { policySpacesOf } from "./spaces.js";
import type { PpoTrainConfig } from "./train-config.js";

/** Of the random numbers; nothing depends on them but time. */
const KEY = streamKey(0, "device");

/** What a device took, or why it took no part. */
type DeviceFigure =
  | { readonly device: DeviceName; readonly milliseconds: number }
  | { readonly device: DeviceName; readonly absent: string };

export interface DeviceChoice {
  readonly device: DeviceName;
  /** What every device took, in a sentence. */
  readonly note: string;
  /** Whether a GPU was among them. */
  readonly isGpuMeasured: boolean;
}

/** Those that may be faster than our own kernels. TensorFlow.js's cpu never is, nor is scalar where there is SIMD. */
const CANDIDATES: readonly TfjsDeviceName[] = ["webgpu", "cuda", "wasm"];
/** A device is measured for so long, once it has done an epoch; */
const SHARE_MS = 250;
/** by updates of one epoch and of so many: what they differ by is what epochs cost. */
const SEVERAL_EPOCHS = 4;
/** An epoch is one of so many minibatches at most, */
const MAX_MINIBATCHES = 2;
/** and of so much arithmetic: 25 ms of a CPU's 20 GFLOP/s; a GPU is given more, for its minibatches to be the run's own. */
const MAX_FLOPS = { cpu: 5e8, gpu: 1e10 } as const;
/** A smaller minibatch would say nothing of the run's own. */
const MIN_SAMPLES = 64;

/**
 * The fastest device for a recipe: each that answers makes small updates of the recipe's network and minibatches on random numbers,
 * and the time of a whole one follows from theirs.
 */
export async function chooseDevice(config: PpoTrainConfig, source: EnvSource): Promise<DeviceChoice> {
  const env = await source.make(config.env_options);
  const shape = networkShape(config, policySpacesOf(env, config.env));
  env.close();
  const kernels = supportsSimd() ? "simd" : "scalar";
  const threads = threadsFor({ ...config, device: kernels }, source);
  const figures: DeviceFigure[] = [
    {
      device: kernels,
      milliseconds: await timeUpdate(config, shape, kernels, {
        createLearner: threadedKernelLearner(kernels, threads),
        processor: "cpu",
      }),
    },
  ];
  for (const device of CANDIDATES) figures.push(await figureOf(config, shape, device));
  const timed = figures.filter((figure) => "milliseconds" in figure);
  const { device } = timed.reduce((best, next) => (next.milliseconds < best.milliseconds ? next : best));
  const isGpuMeasured = timed.some((figure) => figure.device === "webgpu" || figure.device === "cuda");
  return { device, note: sentence(figures, device), isGpuMeasured };
}

async function figureOf(
  config: PpoTrainConfig,
  shape: NetworkShape,
  name: TfjsDeviceName,
): Promise<DeviceFigure> {
  try {
    const device = await openDevice(name);
    try {
      if (device.isSoftwareGpu) return { device: name, absent: "a program on the CPU" };
      const createLearner = deviceLearner(device);
      const processor = name === "wasm" ? "cpu" : "gpu";
      const kernels = kernelDevice(name);
      return {
        device: name,
        milliseconds: await timeUpdate(config, shape, kernels, { createLearner, processor }),
      };
    } finally {
      device.close();
    }
  } catch (error) {
    // A device that is not here, or can't hold the recipe, is no candidate; nobody asked for it by name.
    if (!(error instanceof RlAdanError)) throw error;
    return { device: name, absent: error instanceof DeviceAbsentError ? "not here" : error.message };
  }
}

/**
 * Milliseconds of one update of a run: of its epochs, and of what it costs besides, however many they are (the way to a device and
 * back). Updates of one epoch and of several, of the same network and, if that can be, the same minibatches, tell the two apart. A
 * device whose share is used up by one epoch is taken to spend all of it on epochs.
 */
export async function timeUpdate(
  config: PpoTrainConfig,
  shape: NetworkShape,
  kernels: string,
  {
    createLearner,
    processor,
  }: { readonly createLearner: LearnerFactory; readonly processor: keyof typeof MAX_FLOPS },
): Promise<number> {
  const whole = config.num_envs * config.num_steps;
  const affordable = Math.max(MIN_SAMPLES, Math.floor(MAX_FLOPS[processor] / trainingFlops(shape)));
  const minibatch = Math.min(config.minibatch_size, affordable, whole);
  const minibatches = Math.min(MAX_MINIBATCHES, Math.floor(Math.min(affordable, whole) / minibatch));
  const rows = minibatch * minibatches;
  const small = { ...config, minibatch_size: minibatch, target_kl: null, kl_stop: null };
  const { options, rollout } = await randomRollout(small, shape, kernels, rows);
  const plan: UpdatePlan = {
    iteration: 1,
    learningRate: 1e-5,
    clipCoefficient: 0.2,
    entropyCoefficient: 0,
    shuffle: (epoch, out) => permutation(KEY, 0, epoch, out),
  };
  const learner = await createLearner(options);
  const time = async (epochs: number): Promise<number> => {
    const startedAt = performance.now();
    // A learner reads their number as an update begins.
    small.epochs = epochs;
    await learner.update(rollout, plan);
    return performance.now() - startedAt;
  };
  try {
    // Compilers and caches are in the first one; a GPU's shaders may take them longer than all the rest.
    let one = await time(1);
    const deadline = performance.now() + SHARE_MS;
    const hasTimeFor = (epochs: number) => performance.now() + epochs * one < deadline;
    if (processor === "gpu" || hasTimeFor(1)) one = await time(1);
    let several = Number.POSITIVE_INFINITY;
    while (hasTimeFor(SEVERAL_EPOCHS + 1)) {
      several = Math.min(several, await time(SEVERAL_EPOCHS));
      one = Math.min(one, await time(1));
    }
    const epoch = Math.min(one, Math.max(0, (several - one) / (SEVERAL_EPOCHS - 1)));
    return one - epoch + epoch * config.epochs * (whole / rows);
  } finally {
    await learner.close();
  }
}

/** A fresh network, and a rollout of one environment whose observations and rewards are normal draws. */
async function randomRollout(
  config: PpoTrainConfig,
  shape: NetworkShape,
  kernelsName: string,
  rows: number,
): Promise<{ options: LearnerOptions; rollout: Rollout }> {
  const arena = Arena.create();
  const kernels = await loadKernels(kernelsName, arena);
  const { actionWidth: actionSize } = createDistribution(shape);
  const options = learnerOptions(kernels, arena, shape, { steps: rows, envs: 1, actionSize }, config);
  const { parameters, layout, buffer } = options;
  const how = { init: "plain", policyGain: 1, valueGain: 1, initialLogStd: 0 } as const;
  initializeParameters(parameters, layout, how, KEY);
  const { observationSize } = shape;
  const normals = new NormalStream(KEY);
  const observations = new Float64Array(rows * observationSize);
  normals.fill(0, observations);
  buffer.observations.set(observations);
  buffer.lastObservations.set(observations.subarray(0, observationSize));
  buffer.logProbs.fill(-1);
  const scaledRewards = new Float64Array(rows);
  normals.fill(1, scaledRewards);
  return { options, rollout: { ...buffer, scaledRewards } };
}

function sentence(figures: readonly DeviceFigure[], chosen: DeviceName): string {
  const told = figures.map((figure) =>
    "milliseconds" in figure
      ? `${figure.device} ${rounded(figure.milliseconds)} ms`
      : `${figure.device} ${figure.absent}`,
  );
  return `device auto takes ${chosen}; an update's time: ${told.join(", ")}`;
}

function rounded(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}
