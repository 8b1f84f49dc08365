import { rmSync } from "node:fs";
import { parse } from "node:path";
import { stringify } from "yaml";
import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import { OWN_MODEL_ENV } from "./config/model-file-node.js";
import { parseYamlMapping } from "./config/yaml-file.js";
import { DeviceLostError } from "./devices/device-lost.js";
import { describeDiskError } from "./disk-errors-node.js";
import type { EnvModule } from "./env-modules-node.js";
import { RlAdanError, SettingError, UsageError } from "./errors.js";
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
import { PhaseClock } from "./phase-clock.js";
import { type Prepared, prepare } from "./prepare.js";
import { rollBack } from "./rollback.js";
import { writeFileAtomic } from "./run/atomic-file.js";
import { listCheckpoints, removeLeftovers, restoreReplaced } from "./run/checkpoint.js";
import { groupHash, runHash } from "./run/hashes.js";
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
import { settleDevice } from "./settle-device.js";
import { commandText, programName } from "./shown-command.js";
import { newestStart, type StartingPoint } from "./starting-point.js";
import { type ResumeOverrides, readTrainConfig, type TrainConfig } from "./train-config.js";
import { type TrainIterations, Training, type TrainOutcome } from "./training.js";

const FROM_THE_BEGINNING: StartingPoint = { from: undefined, learningRateFactor: 1, rollbacks: 0, notes: [] };

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
  const { argv = [] } = options;
  const { config, deviceReason, hints } = await settleDevice(options.config, options.envModule);
  const notes = [...uncheckedNote(options.envModule), ...(options.notes ?? []), ...hints];
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
      const { adapter } = prepared;
      writeManifest(run, createManifest({ config, env, device, adapter, mujoco: MUJOCO_VERSION, argv }));
      writeFileAtomic(run.config, configText);
      const log = new RunLog(run.path, run.metrics);
      log.configuration(config, groupHash(config));
      return yield* drive(prepared, { ...options, config, deviceReason, run, lease, log, notes, began });
    } finally {
      lease.release();
    }
  } finally {
    await prepared.close();
  }
}

/** Training doesn't look for what check-env does: an observation's array used twice, a reset that forgets its seed. */
function uncheckedNote(envModule: EnvModule | undefined): string[] {
  if (envModule === undefined) return [];
  const command = commandText(programName(), ["check-env", envModule.spec]);
  return [`${envModule.id} was not checked; ${command} looks for what goes wrong unseen`];
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
  restoreReplaced(run.path);
  const began = newestStart(run) ?? FROM_THE_BEGINNING;
  const { from } = began;
  if (isFinished(run) && (from === undefined || from.step >= config.total_timesteps)) {
    throw new SettingError("resume", (name) =>
      from === undefined
        ? `${run.path} is finished and has no checkpoint any more to go on from.`
        : `${run.path} has done ${from.step} steps of ${config.total_timesteps}; give a larger ${name("total_timesteps")} to go on.`,
    );
  }
  const prepared = await prepare(config, options.envModule, began);
  try {
    const log = reopenLog(run, from);
    const isChanged = config.total_timesteps !== saved.total_timesteps;
    if (isChanged || from === undefined) log.configuration(config, groupHash(config));
    const { device } = config;
    const { adapter } = prepared;
    const fromStep = from?.step ?? 0;
    writeManifest(
      run,
      addResumption(manifest, { argv: options.argv ?? [], fromStep, config, device, adapter }),
    );
    writeFileAtomic(run.config, stringify(config));
    removeLeftovers(run.path);
    describeDiskError(run.result, () => rmSync(run.result, { force: true }));
    const notes = [
      ...(from === undefined
        ? ["the run ended before its first checkpoint; it starts from the beginning"]
        : began.notes),
      ...(runHash(saved) === manifest.run_hash
        ? []
        : ["config.yaml is not the one that the run was started with; from here on it is what it says now"]),
      ...(isChanged ? [budgetNote(saved.total_timesteps, config.total_timesteps, fromStep)] : []),
    ];
    const deviceReason = device === manifest.device ? "as the run began" : "as config.yaml says now";
    return yield* drive(prepared, { ...options, config, deviceReason, run, lease, log, notes, began });
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

function budgetNote(before: number, now: number, done: number): string {
  const budget = `the budget is ${now} steps instead of ${before}`;
  return now > done
    ? `${budget}; schedules of progress run over the new one from here`
    : `${budget}; ${done} are done, so that the run only finishes`;
}

/** Trains to the end, in as many parts as rollbacks make of it. */
async function* drive(first: Prepared, how: Drive): TrainIterations {
  const { config, run, reporter = silentReporter } = how;
  reporter.started(factsOf(first, how));
  const clock = new PhaseClock();
  let [prepared, began, openLog] = [first, how.began, () => how.log];
  for (;;) {
    const end = yield* trainPart(prepared, began, openLog, clock, how);
    if (end.status !== "rolled-back") return end;
    const facts: RollbackFacts = {
      failure: [nonFiniteSentence(end.failure), ...end.to.notes].join(" "),
      toStep: end.to.from?.step ?? null,
      learningRateFactor: end.to.learningRateFactor,
    };
    began = end.to;
    prepared = { ...(await prepareAgain(config, how.envModule, end)), startedAt: first.startedAt };
    reporter.rolledBack?.(facts);
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
  clock: PhaseClock,
  { config, run, lease, signal, reporter = silentReporter }: Drive,
): AsyncGenerator<TrainIteration, TrainOutcome | RolledBack, void> {
  const { agent, env, startedAt } = prepared;
  try {
    const log = openLog();
    const setup = { config, run, lease, agent, env, log, reporter, signal, startedAt, clock, ...began };
    try {
      return yield* new Training(setup).run();
    } catch (error) {
      try {
        // It throws too when another process has taken the run over, or the disk is gone: the first error says more.
        lease.check();
      } catch {
        log.discard();
        throw error;
      }
      try {
        if (error instanceof DeviceLostError) throw withResumeAdvice(error, run);
        if (!(error instanceof NonFiniteError)) throw error;
        const to = rollBack(error, run, config, began);
        closeQuietly(log, "unknown");
        return { status: "rolled-back", failure: error.failure, to };
      } catch (reason) {
        closeQuietly(log, canGoOn(reason) ? "unknown" : "failure");
        throw reason;
      }
    }
  } finally {
    await prepared.close();
  }
}

/** Once there is space or the device is back, or with half the learning rate, the run may go on: it has not failed. */
function canGoOn(reason: unknown): boolean {
  return reason instanceof RlAdanError && ["disk", "non-finite", "device-lost"].includes(reason.code);
}

function withResumeAdvice({ device, reason }: DeviceLostError, run: RunDirectory): DeviceLostError {
  const newest = listCheckpoints(run.path).at(-1);
  const saved =
    newest === undefined ? "There is no checkpoint yet; to begin again" : `To go on from step ${newest}`;
  const command = commandText(programName(), ["train", "--resume", run.path]);
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
