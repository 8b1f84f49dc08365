import type { EnvSpec } from "../../envs/api/env.js";
import type { BoxSpace } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import type { AgentIteration } from "../../src/agent.js";
import { compileSchedule } from "../../src/config/schedule.js";
import { RlAdanError } from "../../src/errors.js";
import { Arena } from "../../src/kernels/arena.js";
import { loadKernels } from "../../src/kernels/load.js";
import { initializeParameters } from "../../src/policy/initialize.js";
import { RunningMoments } from "../../src/policy/moments.js";
import { type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import type { PolicySnapshot } from "../../src/policy/policy.js";
import { permutation, streamKey } from "../../src/random/index.js";
import type { ActorPoolFactory } from "../../src/rollout/create-actor-pool.js";
import { RewardScaler } from "../../src/rollout/reward-scaler.js";
import { createRolloutBuffer } from "../../src/rollout/rollout-buffer.js";
import type { PpoConfig } from "./config.js";
import { KernelLearner } from "./kernel-learner.js";
import type { UpdateMetrics } from "./learner.js";
import { updateScalars } from "./scalars.js";

/** What a PPO run is made of, besides its recipe. */
export interface PpoSetup {
  readonly config: PpoConfig;
  readonly seed: number;
  readonly totalTimesteps: number;
  readonly device: string;
  readonly env: EnvSpec;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  /** How the actors are made: in the calling thread, or in workers. */
  readonly createActorPool: ActorPoolFactory;
  /** Continue from here instead of starting fresh. */
  readonly from?: StateTree;
}

/** One iteration's report. */
export interface PpoIteration extends AgentIteration {
  readonly metrics: UpdateMetrics;
  readonly state: () => Promise<StateTree>;
  readonly policy: () => PolicySnapshot;
}

/** How many iterations a budget takes: the last rollout may go past it. */
export function iterationCount(
  totalTimesteps: number,
  config: Pick<PpoConfig, "num_envs" | "num_steps">,
): number {
  return Math.ceil(totalTimesteps / (config.num_envs * config.num_steps));
}

/**
 * Proximal policy optimisation for box actions (Schulman et al. 2017, arXiv 1707.06347); every implementation detail
 * and its source is in README.md beside this file.
 *
 * Yields after each iteration; the iteration count follows from the budget. Ends early when the caller stops asking.
 */
export async function* ppo(setup: PpoSetup): AsyncGenerator<PpoIteration, void, void> {
  const { config, seed } = setup;
  const { num_envs: envs, num_steps: steps } = config;
  const shape: NetworkShape = {
    observationSize: setup.observationSpace.low.length,
    actionSize: setup.actionSpace.low.length,
    hiddenSizes: config.hidden_sizes,
    activation: config.activation,
  };
  const layout = parameterLayout(shape);
  const arena = Arena.create();
  const kernels = await loadKernels(setup.device, arena);
  const parameters = arena.allocate("parameters", "f32", layout.size);
  const buffer = createRolloutBuffer(arena, { steps, envs, ...shape });
  const rollout = { ...buffer, scaledRewards: arena.allocate("rollout/scaled-rewards", "f64", steps * envs) };
  const learner = new KernelLearner({
    kernels,
    arena,
    shape,
    layout,
    parameters,
    rows: steps * envs,
    config,
  });
  const moments = new RunningMoments(shape.observationSize, true);
  const rewardClip = config.reward_clip ?? Number.POSITIVE_INFINITY;
  const rewards = new RewardScaler(config.reward_scaling, config.gamma, rewardClip, envs);
  const observationClip = config.observation_clip ?? Number.POSITIVE_INFINITY;
  const actors = await setup.createActorPool({
    env: setup.env,
    kernels,
    arena,
    device: setup.device,
    shape,
    layout,
    parameters,
    buffer,
    settings: {
      seed,
      observationMoments: config.observation_moments,
      observationClip,
      actionMapping: config.action_mapping,
    },
  });
  const schedules = {
    learningRate: compileSchedule(config.learning_rate, "learning_rate"),
    clip: compileSchedule(config.clip_coefficient, "clip_coefficient"),
    entropy: compileSchedule(config.entropy_coefficient, "entropy_coefficient"),
  };
  const shuffleKey = streamKey(seed, "shuffle");
  const iterations = iterationCount(setup.totalTimesteps, config);
  let iteration = 0;
  try {
    if (setup.from === undefined) {
      const how = {
        init: config.init,
        policyGain: config.policy_gain,
        valueGain: config.value_gain,
        initialLogStd: config.initial_log_std,
      };
      initializeParameters(parameters, layout, how, streamKey(seed, "init"));
      await actors.start(moments);
    } else {
      const from = readTrainState(setup.from, envs);
      await learner.restore(from.learner);
      moments.restore(from.observation_moments);
      rewards.restore(from.rewards);
      await actors.restore(from.envs);
      iteration = from.iteration;
    }
    while (iteration < iterations) {
      const startedAt = performance.now();
      const progress = iteration / iterations;
      const stepsDone = iteration * steps * envs;
      const learningRate = schedules.learningRate.at(progress, stepsDone);

      const episodes = await actors.collect(moments);
      rewards.scale(buffer.rewards, buffer.terminated, buffer.truncated, rollout.scaledRewards);
      const current = iteration;
      const metrics = await learner.update(rollout, {
        learningRate,
        clipCoefficient: schedules.clip.at(progress, stepsDone),
        entropyCoefficient: schedules.entropy.at(progress, stepsDone),
        shuffle: (epoch, out) => permutation(shuffleKey, current, epoch, out),
      });
      iteration += 1;

      yield {
        iteration,
        globalStep: iteration * steps * envs,
        seconds: (performance.now() - startedAt) / 1000,
        episodes: episodes.map(({ step, env, episodeReturn, length }) => ({
          step: stepsDone + step * envs + env + 1,
          episodeReturn,
          length,
        })),
        scalars: { "charts/learning_rate": learningRate, ...updateScalars(metrics) },
        metrics,
        state: async () => ({
          iteration,
          learner: await learner.state(),
          observation_moments: moments.state(),
          rewards: rewards.state(),
          envs: await actors.state(),
        }),
        policy: () => ({
          shape,
          parameters: parameters.slice(),
          observationMoments: config.observation_moments === "none" ? null : moments.state(),
          observationClip: config.observation_clip,
          actionMapping: config.action_mapping,
          actionLow: [...setup.actionSpace.low],
          actionHigh: [...setup.actionSpace.high],
        }),
      };
    }
  } finally {
    await actors.close();
  }
}

interface PpoTrainState {
  readonly iteration: number;
  readonly learner: StateTree;
  readonly observation_moments: StateTree;
  readonly rewards: StateTree;
  readonly envs: readonly StateTree[];
}

function readTrainState(state: StateTree, envs: number): PpoTrainState {
  const from = state as unknown as PpoTrainState;
  if (from.envs.length !== envs) {
    throw new RlAdanError(
      "checkpoint-shape",
      `The checkpoint holds ${from.envs.length} envs, the run has ${envs}.`,
    );
  }
  return from;
}
