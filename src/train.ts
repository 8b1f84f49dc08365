import { rmSync } from "node:fs";
import { parse } from "node:path";
import { stringify } from "yaml";
import { type RandomEnv, startRandom } from "../agents/random/random.js";
import type { AnyEnv } from "../envs/index.js";
import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import type { Agent } from "./agent.js";
import { OWN_MODEL_ENV } from "./config/model-file-node.js";
import { RUN_DEFAULTS } from "./config/run-config.js";
import { parseYamlMapping } from "./config/yaml-file.js";
import { DeviceLostError } from "./devices/device-lost.js";
import { gpuHints } from "./devices/gpu-hint-node.js";
import { AUTO_DEVICE } from "./devices/names.js";
import { describeDiskError } from "./disk-errors-node.js";
import type { EnvModule } from "./env-modules-node.js";
import { envSource } from "./env-source.js";
import { RlAdanError, UsageError } from "./errors.js";
import { checkMetricsLength } from "./logging/metrics-file.js";
import {
  formatRollback,
  type RollbackFacts,
  type RunFacts,
  silentReporter,
  type TrainReporter,
} from "./logging/progress.js";
import { RunLog } from "./logging/run-log.js";
import { NonFiniteError, type NonFiniteFailure, nonFiniteSentence } from "./non-finite.js";
import { startPpoAgent, type Threads, threadsFor } from "./ppo-agent-node.js";
import { rollBack, type StartingPoint, startingPoint } from "./rollback.js";
import { writeFileAtomic } from "./run/atomic-file.js";
import { listCheckpoints, readNewestCheckpoint, removeLeftovers } from "./run/checkpoint.js";
import { groupHash } from "./run/hashes.js";
import { Lease } from "./run/lease.js";
import { addResumption, createManifest, readManifest, writeManifest } from "./run/manifest.js";
import { createRunDirectory, isFinished, openRunDirectory, type RunDirectory } from "./run/run-directory.js";
import { checkEnvVersion, checkVersions } from "./run/version-check.js";
import { type ResumeOverrides, readTrainConfig, type TrainConfig } from "./train-config.js";
import { programName, quoted, readSavedTraining, Training, type TrainOutcome } from "./training.js";

export type { TrainOutcome, TrainResult } from "./training.js";

const FROM_THE_BEGINNING: StartingPoint = { from: undefined, learningRateFactor: 1, rollbacks: 0 };

const ONE_THREAD: Threads = { actors: 1, learner: 1, notes: [] };

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
  const { argv = [] } = options;
  const { config, deviceReason, hints } = await settleDevice(options.config, options.envModule);
  const notes = [...(options.notes ?? []), ...hints];
  const configText = stringify(config);
  // A run whose configuration could not be read again could be neither resumed nor evaluated.
  parseYamlMapping(configText, "config.yaml");
  const began = FROM_THE_BEGINNING;
  const prepared = await prepare(config, options.envModule, began);
  return closing(prepared, async () => {
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
      const { adapter } = prepared;
      writeManifest(run, createManifest({ config, env, device, adapter, mujoco: MUJOCO_VERSION, argv }));
      writeFileAtomic(run.config, configText);
      const log = new RunLog(run.path, run.metrics);
      log.configuration(config, groupHash(config));
      return drive(prepared, { ...options, config, deviceReason, run, lease, log, notes, began });
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
  const manifest = readManifest(run);
  checkVersions(run, manifest, { mujoco: MUJOCO_VERSION });
  const saved = readTrainConfig(run.config);
  checkEnvVersion(run, manifest, saved.env);
  const config = readTrainConfig(run.config, options.overrides);
  if (config.algorithm !== "ppo") {
    throw new UsageError(
      "resume",
      `${run.path} is a run of ${config.algorithm}, which has nothing to resume.`,
    );
  }
  const newest = readNewestCheckpoint(run.path, ({ tree }) => {
    checkMetricsLength(run.metrics, readSavedTraining(tree).metrics_bytes);
  });
  if (newest !== undefined && newest.checkpoint.step >= config.total_timesteps && isFinished(run)) {
    throw new UsageError(
      "resume",
      `${run.path} has done ${newest.checkpoint.step} steps of ${config.total_timesteps}; give a larger --total-timesteps to go on.`,
    );
  }
  const began = newest === undefined ? FROM_THE_BEGINNING : startingPoint(newest.checkpoint);
  const { from } = began;
  const prepared = await prepare(config, options.envModule, began);
  return closing(prepared, async () => {
    const log = reopenLog(run, from);
    const isLonger = config.total_timesteps !== saved.total_timesteps;
    if (isLonger || from === undefined) log.configuration(config, groupHash(config));
    writeManifest(
      run,
      addResumption(manifest, { argv: options.argv ?? [], fromStep: from?.step ?? 0, config }),
    );
    writeFileAtomic(run.config, stringify(config));
    removeLeftovers(run.path);
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
    const deviceReason = reasonFor(config.device);
    return drive(prepared, { ...options, config, deviceReason, run, lease, log, notes, began });
  });
}

/** A run's configuration names the device that "auto" came to. */
interface SettledDevice {
  readonly config: TrainConfig;
  readonly deviceReason: string;
  readonly hints: readonly string[];
}

async function settleDevice(config: TrainConfig, envModule: EnvModule | undefined): Promise<SettledDevice> {
  const learns = config.algorithm === "ppo";
  if (config.device !== AUTO_DEVICE) {
    return { config, deviceReason: reasonFor(config.device), hints: learns ? gpuHints(config.device) : [] };
  }
  if (!learns) return settleDevice({ ...config, device: RUN_DEFAULTS.device }, envModule);
  const { chooseDevice } = await import("./choose-device.js");
  const { device, note } = await chooseDevice(config, envSource(config, envModule));
  return { config: { ...config, device }, deviceReason: "the fastest", hints: [note] };
}

function reasonFor(device: string): string {
  return device === RUN_DEFAULTS.device ? "the default" : "asked for";
}

/** An agent that is ready to run, and an environment for evaluations. */
interface Prepared {
  readonly agent: Agent;
  readonly env: AnyEnv;
  /** What the GPU calls itself; null without one. */
  readonly adapter: string | null;
  readonly threads: number;
  readonly notes: readonly string[];
  readonly startedAt: number;
  /** Does nothing the second time. */
  close(): Promise<void>;
}

/** Makes everything that may not fit (spaces, memory, threads, saved weights) before anything is written. */
async function prepare(
  config: TrainConfig,
  envModule: EnvModule | undefined,
  { from, learningRateFactor }: StartingPoint,
): Promise<Prepared> {
  const startedAt = performance.now();
  const source = envSource(config, envModule);
  const env: AnyEnv = await source.make(config.env_options);
  try {
    const threads = config.algorithm === "ppo" ? threadsFor(config, source) : ONE_THREAD;
    const notes = [
      ...threads.notes,
      ...(env.state === undefined
        ? ["the environment has no state() and restore(): the run can be evaluated, not resumed"]
        : []),
    ];
    const { seed, total_timesteps: totalTimesteps } = config;
    const agent =
      config.algorithm === "ppo"
        ? await startPpoAgent({ config, source, env, threads, learningRateFactor, from: from?.state.agent })
        : { ...startRandom({ env: env as RandomEnv, seed, totalTimesteps }), adapter: null };
    const { adapter } = agent;
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= agent.close().then(() => env.close());
      return closed;
    };
    return {
      agent,
      env,
      adapter,
      threads: Math.max(threads.actors, threads.learner),
      notes,
      startedAt,
      close,
    };
  } catch (error) {
    env.close();
    throw error;
  }
}

async function closing<T>(prepared: Prepared, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await prepared.close();
  }
}

interface Drive extends CommonOptions {
  readonly config: TrainConfig;
  readonly deviceReason: string;
  readonly run: RunDirectory;
  readonly lease: Lease;
  readonly log: RunLog;
  readonly notes: readonly string[];
  readonly began: StartingPoint;
}

/** Trains to the end, in as many parts as rollbacks make of it. */
async function drive(first: Prepared, how: Drive): Promise<TrainOutcome> {
  const { config, run, reporter = silentReporter } = how;
  reporter.started(factsOf(first, how));
  let [prepared, began, openLog] = [first, how.began, () => how.log];
  for (;;) {
    const end = await trainPart(prepared, began, openLog, how);
    if (end.status !== "rolled-back") return end;
    const facts: RollbackFacts = {
      failure: nonFiniteSentence(end.failure),
      toStep: end.to.from?.step ?? null,
      learningRateFactor: end.to.learningRateFactor,
    };
    reporter.rolledBack?.(facts);
    began = end.to;
    prepared = { ...(await prepareAgain(config, how.envModule, end)), startedAt: first.startedAt };
    openLog = () => {
      const log = reopenLog(run, end.to.from);
      if (end.to.from === undefined) log.configuration(config, groupHash(config));
      log.text("rollback", facts.toStep ?? 0, formatRollback(facts));
      return log;
    };
  }
}

interface RolledBack {
  readonly status: "rolled-back";
  readonly failure: NonFiniteFailure;
  readonly to: StartingPoint;
}

/** Throws the failure, with why, when there is no going back: an environment may not be able to. */
async function prepareAgain(
  config: TrainConfig,
  envModule: EnvModule | undefined,
  { failure, to }: RolledBack,
): Promise<Prepared> {
  try {
    return await prepare(config, envModule, to);
  } catch (error) {
    if (!(error instanceof RlAdanError)) throw error;
    throw new NonFiniteError(failure, `There is no going back: ${error.message}`);
  }
}

/** Trains until the end or a rollback, and gives the agent back. */
function trainPart(
  prepared: Prepared,
  began: StartingPoint,
  openLog: () => RunLog,
  { config, run, lease, signal, reporter = silentReporter }: Drive,
): Promise<TrainOutcome | RolledBack> {
  const { agent, env, startedAt } = prepared;
  return closing(prepared, async () => {
    const log = openLog();
    const setup = { config, run, lease, agent, env, log, reporter, signal, startedAt, ...began };
    try {
      return await new Training(setup).run();
    } catch (error) {
      try {
        if (error instanceof DeviceLostError) throw withResumeAdvice(error, run);
        if (!(error instanceof NonFiniteError && lease.isHeld)) throw error;
        const to = rollBack(error, run, config, began);
        closeQuietly(log, "unknown");
        return { status: "rolled-back", failure: error.failure, to };
      } catch (reason) {
        const isOver = lease.isHeld && !canGoOn(reason);
        closeQuietly(log, isOver ? "failure" : "unknown");
        throw reason;
      }
    }
  });
}

/** What the disk refused, or the device broke, is no failure of the run: it is to go on once there is space, or another device. */
function canGoOn(reason: unknown): boolean {
  return reason instanceof RlAdanError && ["disk", "device-lost"].includes(reason.code);
}

function withResumeAdvice({ device, reason }: DeviceLostError, run: RunDirectory): DeviceLostError {
  const newest = listCheckpoints(run.path).at(-1);
  const saved =
    newest === undefined ? "There is no checkpoint yet; to begin again" : `To go on from step ${newest}`;
  const command = `${programName()} train --resume ${quoted(run.path)}`;
  return new DeviceLostError(device, reason, `${saved}: ${command}`);
}

function factsOf(prepared: Prepared, { config, deviceReason, run, notes, began }: Drive): RunFacts {
  return {
    runDirectory: run.path,
    env: config.env,
    algorithm: config.algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    device: config.device,
    deviceReason,
    adapter: prepared.adapter,
    seed: config.seed,
    parameters: prepared.agent.parameterCount,
    threads: prepared.threads,
    totalTimesteps: config.total_timesteps,
    resumedFromStep: began.from?.step ?? null,
    notes: [...notes, ...prepared.notes],
  };
}

/** The log of a run that goes on from a checkpoint, or starts again: what came after that is taken back. */
function reopenLog(run: RunDirectory, from: StartingPoint["from"]): RunLog {
  return new RunLog(run.path, run.metrics, {
    step: from?.step ?? 0,
    metricsBytes: from?.state.metrics_bytes ?? 0,
  });
}

/** Ends the log of a failed run; what failed first is what the user should read, not that closing failed too. */
function closeQuietly(log: RunLog, status: "failure" | "unknown"): void {
  try {
    log.close(status);
  } catch {
    // The error under way says more.
  }
}
