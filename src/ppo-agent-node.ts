import { availableParallelism } from "node:os";
import { createCriticThread } from "../agents/ppo/critic-thread-node.js";
import { kernelLearner } from "../agents/ppo/kernel-learner.js";
import type { LearnerFactory } from "../agents/ppo/learner.js";
import { type PpoIteration, startPpo } from "../agents/ppo/ppo.js";
import type { StateTree } from "../envs/api/state.js";
import type { AnyEnv } from "../envs/index.js";
import type { Agent } from "./agent.js";
import { isTfjsDevice, kernelDevice } from "./devices/names.js";
import { type EnvSource, envSource } from "./env-source.js";
import { createActorPool } from "./rollout/create-actor-pool-node.js";
import { type PolicySpaces, policySpacesOf } from "./spaces.js";
import type { PpoTrainConfig } from "./train-config.js";

/** Threads that step environments, and that the learner uses: the two take turns. */
export interface Threads {
  readonly actors: number;
  readonly learner: number;
  /** What was not to be had, or is of no use. */
  readonly notes: readonly string[];
}

/** Actor and critic: the learner has work for so many threads. */
const NETWORKS = 2;

/**
 * "auto": as many as the machine has, but no more than there are envs to step, or networks to train. A learner on a device of
 * TensorFlow.js has work for one: wasm and cpu compute in the thread that calls them, a GPU beside it.
 */
export function threadsFor(
  { threads, env, num_envs: envs, device }: PpoTrainConfig,
  source: EnvSource,
  cores = availableParallelism(),
): Threads {
  const wanted = threads === "auto" ? cores : threads;
  const learner = isTfjsDevice(device) ? 1 : Math.min(wanted, NETWORKS);
  const notes: string[] = [];
  let actors = Math.min(wanted, envs);
  if (actors > 1 && !source.isKnownToWorkers) {
    actors = 1;
    notes.push(`${env} was registered by this program, which worker threads can't see: one thread steps it`);
  } else if (threads !== "auto" && wanted > Math.max(actors, learner)) {
    notes.push(`of ${wanted} threads, ${actors} can step ${count(envs, "environment")} and ${learner} learn`);
  }
  if (Math.max(actors, learner) > cores) notes.push(`the threads share ${count(cores, "core")}`);
  return { actors, learner, notes };
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** Starts PPO as a configuration says, for a run that nothing is saved of; budget: env steps instead of the configuration's. */
export async function startBarePpo(
  config: PpoTrainConfig,
  budget?: number,
): Promise<{
  readonly agent: DeviceAgent;
  readonly threads: Threads;
  readonly spaces: PolicySpaces;
}> {
  const source = envSource(config, undefined);
  const env = await source.make(config.env_options);
  try {
    const threads = threadsFor(config, source);
    const totalTimesteps = budget ?? config.total_timesteps;
    const agent = await startPpoAgent({ config, source, env, threads, totalTimesteps });
    return { agent, threads, spaces: policySpacesOf(env, config.env) };
  } finally {
    env.close();
  }
}

/** PPO on the device that its configuration names. */
export interface DeviceAgent extends Agent<PpoIteration> {
  /** What the GPU calls itself; null without one. */
  readonly adapter: string | null;
}

/** Starts PPO as a configuration says, on Node's threads and its device. env: one of the source's, for its spaces. */
export async function startPpoAgent(options: {
  readonly config: PpoTrainConfig;
  readonly source: EnvSource;
  readonly env: AnyEnv;
  readonly threads: Threads;
  readonly totalTimesteps?: number;
  readonly learningRateFactor?: number | undefined;
  readonly from?: StateTree | undefined;
}): Promise<DeviceAgent> {
  const { config, source, env, threads, from } = options;
  const setup = {
    config,
    seed: config.seed,
    totalTimesteps: options.totalTimesteps ?? config.total_timesteps,
    device: kernelDevice(config.device),
    env: source.spec(config.env_options),
    ...policySpacesOf(env, config.env),
    createActorPool: createActorPool(threads.actors, (spec) => source.make(spec.options)),
    learningRateFactor: options.learningRateFactor,
    ...(from === undefined ? {} : { from }),
  };
  if (!isTfjsDevice(config.device)) {
    const createLearner = threadedKernelLearner(config.device, threads);
    return { ...(await startPpo({ ...setup, createLearner })), adapter: null };
  }
  // Nothing of TensorFlow.js is loaded where our own kernels compute.
  const { openDevice } = await import("./devices/open-node.js");
  const { deviceLearner } = await import("./device-learner.js");
  const device = await openDevice(config.device);
  try {
    const agent = await startPpo({ ...setup, createLearner: deviceLearner(device) });
    const close = () => agent.close().finally(() => device.close());
    return { ...agent, adapter: device.adapter, close };
  } catch (error) {
    device.close();
    throw error;
  }
}

/** The learner on our own kernels, with a thread for the critic where there is one. */
export function threadedKernelLearner(device: string, threads: Threads): LearnerFactory {
  return kernelLearner({ device, createCriticThread: threads.learner > 1 ? createCriticThread : undefined });
}
