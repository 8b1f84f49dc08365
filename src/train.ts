import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { stringify } from "yaml";
import { ppo } from "../agents/ppo/ppo.js";
import { type RandomEnv, random } from "../agents/random/random.js";
import type { EnvSpec } from "../envs/api/env.js";
import type { StateTree } from "../envs/api/state.js";
import { type AnyEnv, make } from "../envs/index.js";
import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import type { AgentIteration } from "./agent.js";
import { UsageError } from "./errors.js";
import { type EvaluationResult, evaluatePolicy, summarize } from "./evaluate.js";
import { EpisodeWindow } from "./logging/episode-window.js";
import { silentReporter, type TrainReporter } from "./logging/progress.js";
import { RunLog } from "./logging/run-log.js";
import { parameterLayout } from "./policy/network.js";
import type { PolicySnapshot } from "./policy/policy.js";
import { createActorPool } from "./rollout/create-actor-pool-node.js";
import { writeFileAtomic } from "./run/atomic-file.js";
import { readCheckpoint, writeCheckpoint } from "./run/checkpoint.js";
import { groupHash } from "./run/hashes.js";
import { createManifest, writeManifest } from "./run/manifest.js";
import { createRunDirectory, isFinished, openRunDirectory, type RunDirectory } from "./run/run-directory.js";
import { boxSpacesOf } from "./spaces.js";
import { readTrainConfig, type TrainConfig } from "./train-config.js";

export interface TrainOptions {
  /** Resolved: see resolveTrainConfig. */
  readonly config: TrainConfig;
  /** What resolving the configuration had to say. */
  readonly notes?: readonly string[] | undefined;
  /** Folder of run directories; `runs` by default. */
  readonly runsRoot?: string | undefined;
  /** The run's own directory, instead of a new one under `runsRoot`. */
  readonly runDirectory?: string | undefined;
  readonly argv?: readonly string[] | undefined;
  /** Aborted: the iteration is finished, a checkpoint written, and the outcome is "interrupted". */
  readonly signal?: AbortSignal | undefined;
  readonly reporter?: TrainReporter | undefined;
}

export interface ResumeOptions {
  readonly runDirectory: string;
  /** What may change between the parts of a run. */
  readonly overrides?: {
    readonly total_timesteps?: number | undefined;
    readonly threads?: number | "auto" | undefined;
    readonly checkpoint_every?: number | undefined;
    readonly eval_every?: number | undefined;
    readonly eval_episodes?: number | undefined;
  };
  readonly argv?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly reporter?: TrainReporter | undefined;
}

/** What `result.json` holds; its presence means that the run finished. */
export interface TrainResult {
  readonly env: string;
  readonly algorithm: string;
  readonly optimizer: string | null;
  readonly seed: number;
  /** Env steps really done. */
  readonly total_timesteps: number;
  /** Mean return of the last 100 training episodes; null when none ended. */
  readonly train_return_last_100: number | null;
  /** How many episodes that is. */
  readonly train_episodes: number;
  readonly eval_mean_return: number | null;
  readonly eval_std_return: number | null;
  readonly eval_episodes: number;
  /** Highest of the evaluations, null without any: an optimistic number, label it so. */
  readonly eval_max_mean_return: number | null;
  readonly resumed_from_step: number | null;
  /** Of this process: start-up, training, evaluations. */
  readonly wall_seconds: number;
  /** Of this process, training alone. */
  readonly steps_per_second: number;
}

export type TrainOutcome =
  | { readonly status: "finished"; readonly runDirectory: string; readonly result: TrainResult }
  | { readonly status: "interrupted"; readonly runDirectory: string; readonly step: number };

/** Trains an agent in a run directory of its own; ends with an evaluation and `result.json`. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const { config, argv = [] } = options;
  const startedAt = performance.now();
  const env: AnyEnv = await make(config.env, config.env_options);
  if (config.algorithm === "ppo") boxSpacesOf(env, config.env);
  const run = createRunDirectory({
    runsRoot: options.runsRoot ?? "runs",
    path: options.runDirectory,
    env: config.env,
    algorithm: config.algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    seed: config.seed,
    unixSeconds: Math.floor(Date.now() / 1000),
  });
  writeManifest(
    run,
    createManifest({ config, env: config.env, device: config.device, mujoco: MUJOCO_VERSION, argv }),
  );
  writeFileAtomic(run.config, stringify(config));
  return drive({ ...options, run, env, startedAt, notes: options.notes ?? [] });
}

/**
 * Goes on with a run from its latest checkpoint, as if it had not stopped.
 *
 * A longer budget may be given; schedules of `progress` then run over the new one from here on.
 * Throws a sentence when the directory is not a run, has no checkpoint, or has nothing left to do.
 */
export async function resumeTraining(options: ResumeOptions): Promise<TrainOutcome> {
  const startedAt = performance.now();
  const run = openRunDirectory(options.runDirectory);
  const saved = readTrainConfig(run.config);
  const given = Object.entries(options.overrides ?? {}).filter(([, value]) => value !== undefined);
  const config = { ...saved, ...Object.fromEntries(given) } as TrainConfig;
  if (config.algorithm !== "ppo") {
    throw new UsageError(
      "resume",
      `${run.path} is a run of ${config.algorithm}, which has nothing to resume.`,
    );
  }
  const checkpoint = readCheckpoint(run.path, "latest");
  if (checkpoint.step >= config.total_timesteps) {
    throw new UsageError(
      "resume",
      `${run.path} has done ${checkpoint.step} steps of ${config.total_timesteps}; give a larger --total-timesteps to go on.`,
    );
  }
  const notes: string[] = [];
  if (config.total_timesteps !== saved.total_timesteps) {
    notes.push(
      `the budget is ${config.total_timesteps} steps instead of ${saved.total_timesteps}; schedules of progress run over the new one from here`,
    );
  }
  if (isFinished(run)) rmSync(run.result);
  writeFileAtomic(run.config, stringify(config));
  const env: AnyEnv = await make(config.env, config.env_options);
  const from = { step: checkpoint.step, state: checkpoint.tree as unknown as SavedTraining };
  return drive({ ...options, config, run, env, startedAt, notes, from });
}

/** A checkpoint: the agent's TrainState, and what the logs and the choice of the best go on from. */
interface SavedTraining {
  readonly agent: StateTree;
  readonly episodes: StateTree;
  readonly best_evaluation: number | null;
  readonly metrics_bytes: number;
}

interface Session {
  readonly config: TrainConfig;
  readonly run: RunDirectory;
  /** For evaluations (and for the random agent): training has envs of its own. */
  readonly env: AnyEnv;
  readonly startedAt: number;
  readonly notes: readonly string[];
  readonly from?: { readonly step: number; readonly state: SavedTraining };
  readonly signal?: AbortSignal | undefined;
  readonly reporter?: TrainReporter | undefined;
}

/** Draws iterations from the agent and attaches logs, evaluations and checkpoints, at iteration ends. */
async function drive(session: Session): Promise<TrainOutcome> {
  const { config, run, env, from, signal, reporter = silentReporter } = session;
  const threads = threadCount(config);
  const log = new RunLog(
    run.path,
    run.metrics,
    from === undefined ? undefined : { step: from.step, metricsBytes: from.state.metrics_bytes },
  );
  const window = new EpisodeWindow();
  if (from !== undefined) window.restore(from.state.episodes);
  else log.configuration(config, groupHash(config));
  const firstStep = from?.step ?? 0;
  let best = from?.state.best_evaluation ?? null;
  let evaluation: EvaluationResult | undefined;
  let trainingSeconds = 0;
  let step = firstStep;
  let checkpointStep = firstStep;

  const evaluate = async (policy: PolicySnapshot, iteration: AgentIteration): Promise<boolean> => {
    const { seed, eval_episodes: episodes, eval_actions: actions } = config;
    const { returns, lengths } = await evaluatePolicy(policy, env, { seed, episodes, actions });
    evaluation = summarize(config.env, iteration.globalStep, returns, lengths);
    log.scalars(step, {
      "eval/mean_reward": evaluation.mean_return,
      "eval/mean_ep_length": evaluation.mean_length,
    });
    if (best !== null && evaluation.mean_return <= best) return false;
    best = evaluation.mean_return;
    return true;
  };
  const save = async (iteration: AgentIteration, isBest: boolean): Promise<void> => {
    if (iteration.state === undefined) return;
    log.sync();
    const state: StateTree = {
      agent: await iteration.state(),
      episodes: window.state(),
      best_evaluation: best,
      metrics_bytes: log.metricsBytes,
    };
    writeCheckpoint(run.path, step, state, { isBest });
    checkpointStep = step;
  };

  reporter.started({
    runDirectory: run.path,
    env: config.env,
    algorithm: config.algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    device: config.device,
    deviceReason: config.device === "simd" ? "the default" : "asked for",
    seed: config.seed,
    parameters: parameterCount(config, env),
    threads,
    totalTimesteps: config.total_timesteps,
    resumedFromStep: from?.step ?? null,
    notes: [
      ...session.notes,
      ...(env.state === undefined
        ? ["the environment has no state() and restore(): the run can be evaluated, not resumed"]
        : []),
    ],
  });
  try {
    for await (const iteration of startAgent(session, threads)) {
      trainingSeconds += iteration.seconds;
      const previous = step;
      step = iteration.globalStep;
      const isLast = step >= config.total_timesteps;
      for (const { episodeReturn, length } of iteration.episodes) window.push(episodeReturn, length);
      const stepsPerSecond = (step - firstStep) / trainingSeconds;
      log.iteration({
        iteration: iteration.iteration,
        step,
        episodes: iteration.episodes,
        scalars: iterationScalars(iteration, window, stepsPerSecond),
      });
      const isEvaluated =
        iteration.policy !== undefined && (isLast || crosses(previous, step, config.eval_every));
      const isBest = isEvaluated && (await evaluate(iteration.policy(), iteration));
      log.flush();
      if (isLast || isBest || signal?.aborted || crosses(previous, step, config.checkpoint_every)) {
        await save(iteration, isBest);
      }
      reporter.iteration({
        step,
        totalTimesteps: config.total_timesteps,
        stepsPerSecond,
        episodes: window.count,
        returnMean: window.meanReturn,
        returnCount: window.size,
        approxKl: iteration.scalars["losses/approx_kl"] ?? null,
        secondsLeft: Math.max(0, config.total_timesteps - step) / stepsPerSecond,
      });
      if (signal?.aborted && !isLast) {
        log.close("unknown");
        const canResume = checkpointStep === step;
        reporter.interrupted(step, canResume ? `rl-adan train --resume ${quoted(run.path)}` : null);
        return { status: "interrupted", runDirectory: run.path, step };
      }
    }
  } catch (error) {
    closeQuietly(log);
    throw error;
  } finally {
    env.close();
  }
  log.close("success");
  const result: TrainResult = {
    env: config.env,
    algorithm: config.algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    seed: config.seed,
    total_timesteps: step,
    train_return_last_100: window.meanReturn,
    train_episodes: window.size,
    eval_mean_return: evaluation?.mean_return ?? null,
    eval_std_return: evaluation?.std_return ?? null,
    eval_episodes: evaluation?.episodes ?? 0,
    eval_max_mean_return: best,
    resumed_from_step: from?.step ?? null,
    wall_seconds: (performance.now() - session.startedAt) / 1000,
    steps_per_second: (step - firstStep) / trainingSeconds,
  };
  writeFileAtomic(run.result, `${JSON.stringify(result, null, 2)}\n`);
  reporter.finished({ ...result });
  return { status: "finished", runDirectory: run.path, result };
}

function startAgent(session: Session, threads: number): AsyncGenerator<AgentIteration, void, void> {
  const { config, env, from } = session;
  const { seed, total_timesteps: totalTimesteps } = config;
  if (config.algorithm === "random") return random({ env: env as RandomEnv, seed, totalTimesteps });
  const spec: EnvSpec = {
    // Workers can't see this module's imports: they get the built-in environments' address.
    module: new URL("../envs/index.js", import.meta.url).href,
    id: config.env,
    options: config.env_options,
  };
  return ppo({
    config,
    seed,
    totalTimesteps,
    device: config.device,
    env: spec,
    ...boxSpacesOf(env, config.env),
    createActorPool: createActorPool(threads, ({ id, options }) => make(id, options)),
    ...(from === undefined ? {} : { from: from.state.agent }),
  });
}

/** "auto": as many as the machine has, but no more than there are envs. */
function threadCount(config: TrainConfig): number {
  if (config.algorithm !== "ppo") return 1;
  const wanted = config.threads === "auto" ? availableParallelism() : config.threads;
  return Math.min(wanted, config.num_envs);
}

function parameterCount(config: TrainConfig, env: AnyEnv): number | null {
  if (config.algorithm !== "ppo") return null;
  const { observationSpace, actionSpace } = boxSpacesOf(env, config.env);
  return parameterLayout({
    observationSize: observationSpace.low.length,
    actionSize: actionSpace.low.length,
    hiddenSizes: config.hidden_sizes,
    activation: config.activation,
  }).size;
}

function iterationScalars(
  iteration: AgentIteration,
  window: EpisodeWindow,
  stepsPerSecond: number,
): Record<string, number> {
  const { meanReturn, meanLength } = window;
  return {
    "charts/SPS": Math.floor(stepsPerSecond),
    ...(meanReturn === null ? {} : { "rollout/ep_rew_mean": meanReturn }),
    ...(meanLength === null ? {} : { "rollout/ep_len_mean": meanLength }),
    ...iteration.scalars,
  };
}

/** Whether the steps (from, to] hold a multiple of `every`; never when it is 0. */
function crosses(from: number, to: number, every: number): boolean {
  return every > 0 && Math.floor(to / every) > Math.floor(from / every);
}

/** Ends the log of a failed run; what failed first is what the user should read, not that closing failed too. */
function closeQuietly(log: RunLog): void {
  try {
    log.close("failure");
  } catch {
    // The error under way says more.
  }
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path}"`;
}
