import { policyOfTrainState } from "../agents/ppo/policy-snapshot.js";
import { anyState, readState } from "../envs/api/saved-state.js";
import type { AnyEnv } from "../envs/index.js";
import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import type { EnvModule } from "./env-modules-node.js";
import { envSource } from "./env-source.js";
import { RlAdanError } from "./errors.js";
import { Pacer } from "./pacer.js";
import { Policy, type PolicySnapshot } from "./policy/policy.js";
import { streamKey, streamSeed64 } from "./random/index.js";
import type { PolicyEnv } from "./rollout/env-slot.js";
import { type CheckpointName, readCheckpoint } from "./run/checkpoint.js";
import { readManifest } from "./run/manifest.js";
import { openRunDirectory } from "./run/run-directory.js";
import { checkEnvVersion, checkVersions } from "./run/version-check.js";
import { policySpacesOf } from "./spaces.js";
import { type PpoTrainConfig, readTrainConfig } from "./train-config.js";

export interface EvaluationResult {
  readonly env: string;
  /** Env steps that the policy was trained for. */
  readonly step: number;
  readonly episodes: number;
  readonly mean_return: number;
  /** Population standard deviation over the episodes. */
  readonly std_return: number;
  readonly mean_length: number;
  readonly returns: readonly number[];
}

/** An episode of an environment without a time limit is cut here: a policy that has learnt to stay may never end it. */
const MAX_EPISODE_STEPS = 100_000;

/**
 * Runs a policy in an environment of its own: moments frozen, the same episode seeds each time (stream
 * `eval/episode-k`), mean actions unless `sampled` ones are asked for. Resolves with undefined when aborted.
 */
export async function evaluatePolicy(
  snapshot: PolicySnapshot,
  env: PolicyEnv,
  options: {
    readonly seed: number;
    readonly episodes: number;
    readonly actions: "mean" | "sampled";
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ returns: number[]; lengths: number[] } | undefined> {
  const { seed, episodes, actions } = options;
  const policy = await Policy.load(snapshot);
  const noise = policy.createNoise(streamKey(seed, "eval/noise"));
  const returns: number[] = [];
  const lengths: number[] = [];
  let steps = 0;
  const pacer = new Pacer();
  for (let episode = 0; episode < episodes; episode++) {
    let { observation } = env.reset({ seed: streamSeed64(seed, `eval/episode-${episode}`) });
    let episodeReturn = 0;
    let length = 0;
    for (let isOver = false; !isOver; ) {
      const action = actions === "mean" ? policy.act(observation) : policy.sample(observation, noise, steps);
      const result = env.step(action);
      observation = result.observation;
      episodeReturn += result.reward;
      length += 1;
      steps += 1;
      isOver = result.terminated || result.truncated || length >= MAX_EPISODE_STEPS;
      if (pacer.isDue) {
        await pacer.pause();
        if (options.signal?.aborted) return undefined;
      }
    }
    returns.push(episodeReturn);
    lengths.push(length);
  }
  return { returns, lengths };
}

/** A run's policy at a checkpoint, and its environment. */
export interface TrainedPolicy {
  readonly config: PpoTrainConfig;
  /** Env steps that it was trained for. */
  readonly step: number;
  readonly snapshot: PolicySnapshot;
  /** To be closed by the caller. */
  readonly env: AnyEnv;
}

/**
 * Opens the policy of a run, its own normaliser inside. envModule: a user's own environment, which no file may name.
 *
 * Throws a sentence when the directory is not a run, has no such checkpoint, or holds nothing that was learned.
 */
export async function openTrainedPolicy(
  runDirectory: string,
  checkpointName: CheckpointName,
  envModule: EnvModule | undefined,
): Promise<TrainedPolicy> {
  const run = openRunDirectory(runDirectory);
  const manifest = readManifest(run);
  checkVersions(run, manifest, { mujoco: MUJOCO_VERSION });
  const config = readTrainConfig(run.config);
  checkEnvVersion(run, manifest, config.env);
  if (config.algorithm !== "ppo") {
    throw new RlAdanError(
      "nothing-learned",
      `${runDirectory} is a run of ${config.algorithm}, which learns nothing to evaluate.`,
    );
  }
  const checkpoint = readCheckpoint(run.path, checkpointName);
  const env = await envSource(config, envModule).make(config.env_options);
  try {
    const { agent } = readState("the training", checkpoint.tree, { agent: anyState });
    const snapshot = policyOfTrainState(config, policySpacesOf(env, config.env), agent);
    return { config, step: checkpoint.step, snapshot, env };
  } catch (error) {
    env.close();
    throw error;
  }
}

/** Evaluates a checkpoint of a run in the run's environment, with mean actions. Throws as `openTrainedPolicy` does. */
export async function evaluateRun(
  runDirectory: string,
  options: {
    readonly episodes: number;
    readonly checkpoint: CheckpointName;
    readonly envModule?: EnvModule | undefined;
  },
): Promise<EvaluationResult> {
  const { episodes, checkpoint, envModule } = options;
  const { config, step, snapshot, env } = await openTrainedPolicy(runDirectory, checkpoint, envModule);
  try {
    const evaluated = await evaluatePolicy(snapshot, env, { seed: config.seed, episodes, actions: "mean" });
    return summarize(config.env, step, evaluated!.returns, evaluated!.lengths);
  } finally {
    env.close();
  }
}

export function summarize(env: string, step: number, returns: number[], lengths: number[]): EvaluationResult {
  const mean = average(returns);
  const std = Math.sqrt(average(returns.map((value) => (value - mean) * (value - mean))));
  return {
    env,
    step,
    episodes: returns.length,
    mean_return: mean,
    std_return: std,
    mean_length: average(lengths),
    returns,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
