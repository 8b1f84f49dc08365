import type { EnvSpec } from "../../envs/api/env.js";
import { anyState, readState, stateList, wholeNumber } from "../../envs/api/saved-state.js";
import type { StateTree } from "../../envs/api/state.js";
import type { Agent, AgentIteration } from "../../src/agent.js";
import { compileSchedule } from "../../src/config/schedule.js";
import { RlAdanError } from "../../src/errors.js";
import { Arena, ArenaPlan, type RegionSource } from "../../src/kernels/arena.js";
import { loadKernels } from "../../src/kernels/load.js";
import { NonFiniteError } from "../../src/non-finite.js";
import { PhaseClock } from "../../src/phase-clock.js";
import { createDistribution } from "../../src/policy/create-distribution.js";
import { RunningMoments } from "../../src/policy/moments.js";
import { parameterLayout } from "../../src/policy/network.js";
import type { PolicySnapshot } from "../../src/policy/policy.js";
import { permutation, streamKey } from "../../src/random/index.js";
import type { ActorPool } from "../../src/rollout/actor-pool.js";
import type { ActorPoolFactory } from "../../src/rollout/create-actor-pool.js";
import { RewardScaler } from "../../src/rollout/reward-scaler.js";
import { createRolloutBuffer } from "../../src/rollout/rollout-buffer.js";
import type { PolicySpaces } from "../../src/spaces.js";
import type { PpoConfig } from "./config.js";
import { initialize } from "./initial-policy.js";
import type { LearnerFactory, UpdateMetrics } from "./learner.js";
import { networkShape, policySnapshot } from "./policy-snapshot.js";
import { updateScalars } from "./scalars.js";

/** Of a rollout, all but the environments themselves. */
const ROLLOUT_PHASE = "policy and rollout";

/** What a PPO run is made of, besides its recipe. */
export interface PpoSetup extends PolicySpaces {
  readonly config: PpoConfig;
  readonly seed: number;
  readonly totalTimesteps: number;
  /** The actors' kernels: "simd" or "scalar". */
  readonly device: string;
  readonly env: EnvSpec;
  /** How the actors are made: in the calling thread, or in workers. */
  readonly createActorPool: ActorPoolFactory;
  /** How the learner is made: on the kernels, or on a device of TensorFlow.js. */
  readonly createLearner: LearnerFactory;
  /** Multiplies the schedule of the learning rate; 1 by default. */
  readonly learningRateFactor?: number | undefined;
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
 * Proximal policy optimisation for box and discrete actions (Schulman et al. 2017, arXiv 1707.06347); every implementation detail
 * and its source is in README.md beside this file.
 *
 * Resolves when memory, environments and weights are ready, so that what can't work fails before the first step; then
 * `iterations` yields after each iteration, and throws NonFiniteError where a number stops being finite. The iteration count
 * follows from the budget. `close` when done.
 */
export async function startPpo(setup: PpoSetup): Promise<Agent<PpoIteration>> {
  const { config, seed, from, learningRateFactor = 1 } = setup;
  const { num_envs: envs, num_steps: steps } = config;
  // Before any memory is taken for a run that the state does not belong to.
  const saved = from === undefined ? undefined : readTrainState(from, envs);
  const schedules = {
    learningRate: compileSchedule(config.learning_rate, "learning_rate"),
    clip: compileSchedule(config.clip_coefficient, "clip_coefficient"),
    entropy: compileSchedule(config.entropy_coefficient, "entropy_coefficient"),
  };
  const shape = networkShape(config, setup);
  const layout = parameterLayout(shape);
  const arena = Arena.create();
  const kernels = await loadKernels(setup.device, arena);
  const parameters = arena.allocate("parameters", "f32", layout.size);
  const { observationSize } = shape;
  const { actionWidth } = createDistribution(shape);
  const rolloutFrom = (regions: RegionSource) => ({
    buffer: createRolloutBuffer(regions, { steps, envs, observationSize, actionSize: actionWidth }),
    scaledRewards: regions.allocate("rollout/scaled-rewards", "f64", steps * envs),
  });
  const plan = new ArenaPlan();
  rolloutFrom(plan);
  arena.checkRoom("The rollout", plan);
  const { buffer, scaledRewards } = rolloutFrom(arena);
  const rows = steps * envs;
  const moments = new RunningMoments(shape.observationSize, true);
  const rewardClip = config.reward_clip ?? Number.POSITIVE_INFINITY;
  const rewards = new RewardScaler(config.reward_scaling, config.gamma, rewardClip, envs);
  const learner = await setup.createLearner({ kernels, arena, shape, layout, parameters, buffer, config });
  let actors: ActorPool | undefined;
  const close = async () => {
    try {
      await actors?.close();
    } finally {
      await learner.close();
    }
  };
  let iteration = 0;
  try {
    actors = await setup.createActorPool({
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
        observationClip: config.observation_clip ?? Number.POSITIVE_INFINITY,
        actionMapping: config.action_mapping,
      },
    });
    if (saved === undefined) {
      initialize(parameters, layout, config, seed);
      await actors.start(moments);
    } else {
      await learner.restore(saved.learner);
      moments.restore(saved.observation_moments);
      rewards.restore(saved.rewards);
      await actors.restore(saved.envs);
      iteration = saved.iteration;
    }
  } catch (error) {
    // What failed first says more than that closing failed too.
    await close().catch(() => {});
    throw error;
  }

  const shuffleKey = streamKey(seed, "shuffle");
  const clock = new PhaseClock();
  const iterations = iterationCount(setup.totalTimesteps, config);
  async function* iterate(actors: ActorPool): AsyncGenerator<PpoIteration, void, void> {
    while (iteration < iterations) {
      const startedAt = performance.now();
      const progress = iteration / iterations;
      const stepsDone = iteration * rows;
      const learningRate = schedules.learningRate.at(progress, stepsDone) * learningRateFactor;

      clock.enter(ROLLOUT_PHASE);
      const { episodes, envSeconds } = await actors.collect(moments);
      clock.add(ROLLOUT_PHASE, -envSeconds);
      clock.add("environments", envSeconds);
      clock.enter("rewards");
      rewards.scale(buffer.rewards, buffer.terminated, buffer.truncated, scaledRewards);
      checkMoments(moments, rewards, iteration + 1);
      const metrics = await learner.update(
        { ...buffer, scaledRewards },
        {
          iteration: iteration + 1,
          learningRate,
          clipCoefficient: schedules.clip.at(progress, stepsDone),
          entropyCoefficient: schedules.entropy.at(progress, stepsDone),
          clock,
          shuffle: (epoch, out) => permutation(shuffleKey, iteration, epoch, out),
        },
      );
      const phases = clock.take();
      iteration += 1;

      yield {
        iteration,
        globalStep: iteration * rows,
        seconds: (performance.now() - startedAt) / 1000,
        episodes: episodes.map(({ step, env, episodeReturn, length }) => ({
          step: stepsDone + step * envs + env + 1,
          episodeReturn,
          length,
        })),
        phases,
        scalars: { "charts/learning_rate": learningRate, ...updateScalars(metrics) },
        metrics,
        state: async () => ({
          iteration,
          learner: await learner.state(),
          observation_moments: moments.state(),
          rewards: rewards.state(),
          envs: await actors.state(),
        }),
        policy: () => policySnapshot(config, setup, parameters.slice(), moments.state()),
      };
    }
  }
  return { iterations: iterate(actors), parameterCount: layout.size, close };
}

/** Throws NonFiniteError once a running variance has overflowed. */
function checkMoments({ variance }: RunningMoments, rewards: RewardScaler, iteration: number): void {
  const component = variance.findIndex((value) => !Number.isFinite(value));
  const of = rewards.isFinite ? (component < 0 ? undefined : `observation ${component}`) : "rewards";
  if (of !== undefined) throw new NonFiniteError({ what: "moments", iteration, of });
}

function readTrainState(state: StateTree, envs: number) {
  const from = readState("PPO", state, {
    iteration: wholeNumber,
    learner: anyState,
    observation_moments: anyState,
    rewards: anyState,
    envs: stateList,
  });
  if (from.envs.length !== envs) {
    throw new RlAdanError(
      "checkpoint-shape",
      `The checkpoint holds ${from.envs.length} envs, the run has ${envs}.`,
    );
  }
  return from;
}
