import { rmSync } from "node:fs";
import { parse } from "node:path";
import { stringify } from "yaml";
import { type RandomEnv, startRandom } from "../agents/random/random.js";
import type { StateTree } from "../envs/api/state.js";
import type { AnyEnv } from "../envs/index.js";
import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import type { Agent } from "./agent.js";
import { OWN_MODEL_ENV } from "./config/model-file-node.js";
import { parseYamlMapping } from "./config/yaml-file.js";
import { describeDiskError } from "./disk-errors-node.js";
import type { EnvModule } from "./env-modules-node.js";
import { envSource } from "./env-source.js";
import { UsageError } from "./errors.js";
import { type RunFacts, silentReporter, type TrainReporter } from "./logging/progress.js";
import { RunLog } from "./logging/run-log.js";
import { startPpoAgent, type Threads, threadsFor } from "./ppo-agent-node.js";
import { writeFileAtomic } from "./run/atomic-file.js";
import { readNewestCheckpoint } from "./run/checkpoint.js";
import { groupHash } from "./run/hashes.js";
import { Lease } from "./run/lease.js";
import { addResumption, createManifest, readManifest, writeManifest } from "./run/manifest.js";
import { createRunDirectory, isFinished, openRunDirectory, type RunDirectory } from "./run/run-directory.js";
import { type ResumeOverrides, readTrainConfig, type TrainConfig } from "./train-config.js";
import { readSavedTraining, type SavedTraining, Training, type TrainOutcome } from "./training.js";

export type { TrainOutcome, TrainResult } from "./training.js";

/** For the logs of a run that starts again: everything that they hold is pre-empted. */
const BEFORE_THE_FIRST_STEP = -1;

const ONE_THREAD: Threads = { actors: 1, learner: 1 };

interface CommonOptions {
  /** A user's own environment: named anew by every caller, since no file of a run is allowed to have code imported. */
  readonly envModule?: EnvModule | undefined;
  /** The command line, for the manifest. */
  readonly argv?: readonly string[] | undefined;
  /** Aborted: the iteration is finished, a checkpoint written, and the outcome is "interrupted". */
  readonly signal?: AbortSignal | undefined;
  readonly reporter?: TrainReporter | undefined;
}

export interface TrainOptions extends CommonOptions {
  /** Resolved: see resolveTrainConfig. */
  readonly config: TrainConfig;
  /** What resolving the configuration had to say. */
  readonly notes?: readonly string[] | undefined;
  /** Folder of run directories; `runs` by default. */
  readonly runsRoot?: string | undefined;
  /** The run's own directory, instead of a new one under `runsRoot`. */
  readonly runDirectory?: string | undefined;
}

export interface ResumeOptions extends CommonOptions {
  readonly runDirectory: string;
  /** What may change between the parts of a run. */
  readonly overrides?: ResumeOverrides;
}

/** Trains an agent in a run directory of its own; ends with an evaluation and `result.json`. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const { config, argv = [], notes = [] } = options;
  const configText = stringify(config);
  // A run whose configuration could not be read again could be neither resumed nor evaluated.
  parseYamlMapping(configText, "config.yaml");
  const prepared = await prepare(config, options.envModule, undefined);
  return closingAll(prepared, async () => {
    const run = createRunDirectory({
      runsRoot: options.runsRoot ?? "runs",
      path: options.runDirectory,
      env: runName(config),
      algorithm: config.algorithm,
      optimizer: config.algorithm === "ppo" ? config.optimizer : null,
      seed: config.seed,
      unixSeconds: Math.floor(Date.now() / 1000),
    });
    return Lease.during(run.path, async (lease) => {
      const { env, device } = config;
      writeManifest(run, createManifest({ config, env, device, mujoco: MUJOCO_VERSION, argv }));
      writeFileAtomic(run.config, configText);
      const log = new RunLog(run.path, run.metrics);
      log.configuration(config, groupHash(config));
      return drive(prepared, { ...options, config, run, lease, log, notes, from: undefined });
    });
  });
}

/** Runs of a user's models are told apart by the model's file. */
function runName({ env, env_options }: TrainConfig): string {
  const { model } = env_options;
  return env === OWN_MODEL_ENV && typeof model === "string" ? `${env}-${parse(model).name}` : env;
}

/**
 * Goes on with a run from its newest whole checkpoint, as if it had not stopped; starts one anew that was ended before it
 * wrote any, finishes one that only lacks its result.
 *
 * A longer budget may be given; schedules of `progress` then run over the new one from there on. Nothing in the run
 * directory changes before everything is known to fit.
 * Throws a sentence when the directory is not a run, has no whole checkpoint, or has nothing left to do.
 */
export async function resumeTraining(options: ResumeOptions): Promise<TrainOutcome> {
  const run = openRunDirectory(options.runDirectory);
  return Lease.during(run.path, (lease) => resumeLeased(run, lease, options));
}

async function resumeLeased(run: RunDirectory, lease: Lease, options: ResumeOptions): Promise<TrainOutcome> {
  const saved = readTrainConfig(run.config);
  const manifest = readManifest(run);
  const config = readTrainConfig(run.config, options.overrides);
  if (config.algorithm !== "ppo") {
    throw new UsageError(
      "resume",
      `${run.path} is a run of ${config.algorithm}, which has nothing to resume.`,
    );
  }
  const newest = readNewestCheckpoint(run.path);
  if (newest !== undefined && newest.checkpoint.step >= config.total_timesteps && isFinished(run)) {
    throw new UsageError(
      "resume",
      `${run.path} has done ${newest.checkpoint.step} steps of ${config.total_timesteps}; give a larger --total-timesteps to go on.`,
    );
  }
  const from =
    newest === undefined
      ? undefined
      : { step: newest.checkpoint.step, state: readSavedTraining(newest.checkpoint.tree) };
  const prepared = await prepare(config, options.envModule, from?.state.agent);
  return closingAll(prepared, async () => {
    const log = new RunLog(run.path, run.metrics, {
      step: from?.step ?? BEFORE_THE_FIRST_STEP,
      metricsBytes: from?.state.metrics_bytes ?? 0,
    });
    const isLonger = config.total_timesteps !== saved.total_timesteps;
    if (isLonger || from === undefined) log.configuration(config, groupHash(config));
    writeManifest(
      run,
      addResumption(manifest, { argv: options.argv ?? [], fromStep: from?.step ?? 0, config }),
    );
    writeFileAtomic(run.config, stringify(config));
    describeDiskError(run.result, () => rmSync(run.result, { force: true }));
    const notes = [
      ...(newest?.notes ?? ["the run ended before its first checkpoint; it starts from the beginning"]),
      ...(isLonger
        ? [
            `the budget is ${config.total_timesteps} steps instead of ${saved.total_timesteps}; ` +
              "schedules of progress run over the new one from here",
          ]
        : []),
    ];
    return drive(prepared, { ...options, config, run, lease, log, notes, from });
  });
}

/** An agent that is ready to run, and an environment for evaluations. */
interface Prepared {
  readonly agent: Agent;
  readonly env: AnyEnv;
  readonly threads: number;
  readonly notes: readonly string[];
  readonly startedAt: number;
}

/** Makes everything that may not fit (spaces, memory, threads, saved weights) before anything is written. */
async function prepare(
  config: TrainConfig,
  envModule: EnvModule | undefined,
  from: StateTree | undefined,
): Promise<Prepared> {
  const startedAt = performance.now();
  const source = envSource(config, envModule);
  const env: AnyEnv = await source.make(config.env_options);
  try {
    const threads = config.algorithm === "ppo" ? threadsFor(config, source) : ONE_THREAD;
    const notes = [
      ...(threads.note === undefined ? [] : [threads.note]),
      ...(env.state === undefined
        ? ["the environment has no state() and restore(): the run can be evaluated, not resumed"]
        : []),
    ];
    const { seed, total_timesteps: totalTimesteps } = config;
    const agent =
      config.algorithm === "ppo"
        ? await startPpoAgent({ config, source, env, threads, from })
        : startRandom({ env: env as RandomEnv, seed, totalTimesteps });
    return { agent, env, threads: Math.max(threads.actors, threads.learner), notes, startedAt };
  } catch (error) {
    env.close();
    throw error;
  }
}

interface Drive extends CommonOptions {
  readonly config: TrainConfig;
  readonly run: RunDirectory;
  readonly lease: Lease;
  readonly log: RunLog;
  readonly notes: readonly string[];
  readonly from: { readonly step: number; readonly state: SavedTraining } | undefined;
}

async function drive(prepared: Prepared, how: Drive): Promise<TrainOutcome> {
  const { config, run, lease, log, from, signal, reporter = silentReporter } = how;
  const { agent, env, threads, startedAt } = prepared;
  const facts: RunFacts = {
    runDirectory: run.path,
    env: config.env,
    algorithm: config.algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    device: config.device,
    deviceReason: config.device === "simd" ? "the default" : "asked for",
    seed: config.seed,
    parameters: agent.parameterCount,
    threads,
    totalTimesteps: config.total_timesteps,
    resumedFromStep: from?.step ?? null,
    notes: [...how.notes, ...prepared.notes],
  };
  reporter.started(facts);
  try {
    return await new Training({
      config,
      run,
      lease,
      agent,
      env,
      log,
      reporter,
      signal,
      startedAt,
      from,
    }).run();
  } catch (error) {
    closeQuietly(log, lease.isHeld ? "failure" : "unknown");
    throw error;
  }
}

async function closingAll<T>({ agent, env }: Prepared, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await agent.close();
    env.close();
  }
}

/** Ends the log of a failed run; what failed first is what the user should read, not that closing failed too. */
function closeQuietly(log: RunLog, status: "failure" | "unknown"): void {
  try {
    log.close(status);
  } catch {
    // The error under way says more.
  }
}
