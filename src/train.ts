import { rmSync } from "node:fs";
import { parse } from "node:path";
import { stringify } from "yaml";
import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import { OWN_MODEL_ENV } from "./config/model-file-node.js";
import { parseYamlMapping } from "./config/yaml-file.js";
import { describeDiskError } from "./disk-errors-node.js";
import type { EnvModule } from "./env-modules-node.js";
import { RlAdanError, UsageError } from "./errors.js";
import { checkMetricsLength } from "./logging/metrics-file.js";
import {
  formatRollback,
  type RollbackFacts,
  type RunFacts,
  silentReporter,
  type TrainIteration,
  type TrainReporter,
} from "./logging/progress.js";
import { RunLog } from "./logging/run-log.js";
import { NonFiniteError, type NonFiniteFailure, nonFiniteSentence } from "./non-finite.js";
import { type Prepared, prepare } from "./prepare.js";
import { rollBack, type StartingPoint, startingPoint } from "./rollback.js";
import { writeFileAtomic } from "./run/atomic-file.js";
import { readNewestCheckpoint, removeLeftovers } from "./run/checkpoint.js";
import { groupHash } from "./run/hashes.js";
import { Lease } from "./run/lease.js";
import { addResumption, createManifest, readManifest, writeManifest } from "./run/manifest.js";
import {
  createRunDirectory,
  isFinished,
  openRunDirectory,
  type RunDirectory,
  type RunName,
} from "./run/run-directory.js";
import { checkEnvVersion, checkVersions } from "./run/version-check.js";
import { type ResumeOverrides, readTrainConfig, type TrainConfig } from "./train-config.js";
import { readSavedTraining, type TrainIterations, Training, type TrainOutcome } from "./training.js";

const FROM_THE_BEGINNING: StartingPoint = { from: undefined, learningRateFactor: 1, rollbacks: 0 };

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

/** Trains an agent in a run directory of its own; ends with an evaluation and `result.json`. To be iterated to its end. */
export async function* trainRun(options: TrainOptions): TrainIterations {
  const { config, argv = [], notes = [] } = options;
  const configText = stringify(config);
  // A run whose configuration could not be read again could be neither resumed nor evaluated.
  parseYamlMapping(configText, "config.yaml");
  const began = FROM_THE_BEGINNING;
  const prepared = await prepare(config, options.envModule, began);
  try {
    const run = makeRunDirectory(config, options);
    const lease = Lease.acquire(run.path);
    try {
      const { env, device } = config;
      writeManifest(run, createManifest({ config, env, device, mujoco: MUJOCO_VERSION, argv }));
      writeFileAtomic(run.config, configText);
      const log = new RunLog(run.path, run.metrics);
      log.configuration(config, groupHash(config));
      return yield* drive(prepared, { ...options, config, run, lease, log, notes, began });
    } finally {
      lease.release();
    }
  } finally {
    await prepared.close();
  }
}

/** Iterates a training to its end. */
export async function outcomeOf(iterations: TrainIterations): Promise<TrainOutcome> {
  for (;;) {
    const { done, value } = await iterations.next();
    if (done === true) return value;
  }
}

/** The folder of a new run of this configuration. Throws as `createRunDirectory` does. */
export function makeRunDirectory(
  config: TrainConfig,
  { runDirectory, runsRoot = "runs" }: Pick<TrainOptions, "runDirectory" | "runsRoot">,
): RunDirectory {
  return createRunDirectory({
    ...runNameOf(config),
    runsRoot,
    path: runDirectory,
    unixSeconds: Math.floor(Date.now() / 1000),
  });
}

/** What the folder of a run is called by; runs of a user's models are told apart by the model's file. */
export function runNameOf(config: TrainConfig): RunName {
  const { env, algorithm, seed } = config;
  const { model } = config.env_options;
  const isOwnModel = env === OWN_MODEL_ENV && typeof model === "string";
  return {
    env: isOwnModel ? `${env}-${parse(model).name}` : env,
    algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    seed,
  };
}

/**
 * Goes on with a run from its newest whole checkpoint, as if it had not stopped; starts one anew that was ended before it
 * wrote any, finishes one that only lacks its result.
 *
 * A longer budget may be given; schedules of `progress` then run over the new one from there on. Nothing in the run
 * directory changes before everything is known to fit. To be iterated to its end.
 * Throws a sentence when the directory is not a run, has no whole checkpoint, or has nothing left to do.
 */
export async function* resumeRun(options: ResumeOptions): TrainIterations {
  const run = openRunDirectory(options.runDirectory);
  const lease = Lease.acquire(run.path);
  try {
    return yield* resumeLeased(run, lease, options);
  } finally {
    lease.release();
  }
}

async function* resumeLeased(run: RunDirectory, lease: Lease, options: ResumeOptions): TrainIterations {
  const manifest = readManifest(run);
  checkVersions(run, manifest, { mujoco: MUJOCO_VERSION });
  const saved = readTrainConfig(run.config);
  checkEnvVersion(run, manifest, saved.env);
  const config = readTrainConfig(run.config, options.overrides);
  if (config.algorithm !== "ppo" && isFinished(run)) {
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
  try {
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
    return yield* drive(prepared, { ...options, config, run, lease, log, notes, began });
  } finally {
    await prepared.close();
  }
}

interface Drive extends CommonOptions {
  readonly config: TrainConfig;
  readonly run: RunDirectory;
  readonly lease: Lease;
  readonly log: RunLog;
  readonly notes: readonly string[];
  readonly began: StartingPoint;
}

/** Trains to the end, in as many parts as rollbacks make of it. */
async function* drive(first: Prepared, how: Drive): TrainIterations {
  const { config, run, reporter = silentReporter } = how;
  reporter.started(factsOf(first, how));
  let [prepared, began, openLog] = [first, how.began, () => how.log];
  for (;;) {
    const end = yield* trainPart(prepared, began, openLog, how);
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
async function* trainPart(
  prepared: Prepared,
  began: StartingPoint,
  openLog: () => RunLog,
  { config, run, lease, signal, reporter = silentReporter }: Drive,
): AsyncGenerator<TrainIteration, TrainOutcome | RolledBack, void> {
  const { agent, env, startedAt } = prepared;
  try {
    const log = openLog();
    const setup = { config, run, lease, agent, env, log, reporter, signal, startedAt, ...began };
    try {
      return yield* new Training(setup).run();
    } catch (error) {
      try {
        if (!(error instanceof NonFiniteError && lease.isHeld)) throw error;
        const to = rollBack(error, run, config, began);
        closeQuietly(log, "unknown");
        return { status: "rolled-back", failure: error.failure, to };
      } catch (reason) {
        // What the disk refused is no failure of the run: it is to go on once there is space.
        const isOver = lease.isHeld && !(reason instanceof RlAdanError && reason.code === "disk");
        closeQuietly(log, isOver ? "failure" : "unknown");
        throw reason;
      }
    }
  } finally {
    await prepared.close();
  }
}

function factsOf(prepared: Prepared, { config, run, notes, began }: Drive): RunFacts {
  return {
    runDirectory: run.path,
    env: config.env,
    algorithm: config.algorithm,
    optimizer: config.algorithm === "ppo" ? config.optimizer : null,
    device: config.device,
    deviceReason: config.device === "simd" ? "the default" : "asked for",
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
