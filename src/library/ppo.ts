import { initialPolicy } from "../../agents/ppo/initial-policy.js";
import { envModuleIn } from "../env-module-choice-node.js";
import type { EnvModule } from "../env-modules-node.js";
import { envSource } from "../env-source.js";
import { UsageError } from "../errors.js";
import { type EvaluationResult, evaluateRun, openTrainedPolicy } from "../evaluate.js";
import { silentReporter, type TrainIteration, type TrainReporter } from "../logging/progress.js";
import type { ActionNoise } from "../policy/action-distribution.js";
import { Policy, type PolicySnapshot } from "../policy/policy.js";
import { streamKey } from "../random/index.js";
import { listCheckpoints } from "../run/checkpoint.js";
import { policySpacesOf } from "../spaces.js";
import { makeRunDirectory, resumeRun, trainRun } from "../train.js";
import type { PpoTrainConfig } from "../train-config.js";
import type { TrainIterations, TrainOutcome } from "../training.js";
import { checkCount } from "./check-count.js";
import { throwInCode } from "./in-code.js";
import { absolutePlace, type RunPlace } from "./run-place.js";
import { RunningTraining } from "./running-training.js";
import { copySavedRun } from "./saved-run.js";
import { resolveSettings, settingsOf, type TrainSettings } from "./settings.js";
import type { TrainOptions } from "./train.js";

export interface LearnOptions extends Pick<TrainOptions, "signal" | "reporter"> {
  /** Called after each iteration, awaited; `false` ends the learning there, with a checkpoint. */
  readonly callback?: (iteration: TrainIteration) => unknown;
}

/** What an agent is made from: a configuration, or a folder that has one and a checkpoint. */
interface Origin {
  readonly config: PpoTrainConfig;
  readonly envModule: EnvModule | undefined;
  readonly place: RunPlace;
  readonly folder?: string;
}

/**
 * A PPO agent in the words of Stable-Baselines3: create, learn, predict, save, load.
 *
 *     const agent = await PPO.create({ env: "HalfCheetah", seed: 1 });
 *     await agent.learn(200_000);
 *     const action = agent.predict(observation, { deterministic: true });
 *     await agent.save("cheetah");
 *
 * It learns in a run directory, which the first `learn` makes: event files, checkpoints, evaluations. An environment of your
 * own is a registered one, or named as a file.
 */
export class PPO {
  readonly #origin: Origin;
  #run: string | undefined;
  #timesteps = 0;
  #policy!: Policy;
  #noise!: ActionNoise;
  #predictions = 0;

  private constructor(origin: Origin) {
    this.#origin = { ...origin, place: absolutePlace(origin.place) };
  }

  /**
   * An agent with the first weights of its seed.
   *
   * Rejects with UsageError for settings that don't fit, or spaces that PPO can't use.
   */
  static async create(settings: Omit<TrainSettings, "algorithm">, place: RunPlace = {}): Promise<PPO> {
    const { config: resolved, envModule } = await resolveSettings({
      ...settingsOf("PPO.create", settings),
      algorithm: "ppo",
    }).catch(throwInCode);
    const config = resolved as PpoTrainConfig;
    const env = await envSource(config, envModule).make(config.env_options);
    try {
      const agent = new PPO({ config, envModule, place });
      await agent.#take(initialPolicy(config, policySpacesOf(env, config.env), config.seed), 0);
      return agent;
    } finally {
      env.close();
    }
  }

  /**
   * An agent that `save` saved, or that any run trained. It learns on in a run directory of its own: the folder stays as it
   * is. env: an environment of your own, named anew. Rejects with a sentence when the folder holds no such agent.
   */
  static async load(folder: string, options: RunPlace & { readonly env?: string } = {}): Promise<PPO> {
    const { env: name, ...place } = options;
    const envModule = await envModuleIn(name);
    const { config, step, snapshot, env } = await openTrainedPolicy(folder, "latest", envModule).catch(
      throwInCode,
    );
    env.close();
    const agent = new PPO({ config, envModule, place, folder });
    await agent.#take(snapshot, step);
    return agent;
  }

  get config(): PpoTrainConfig {
    return this.#origin.config;
  }

  /** Env steps learned from so far. */
  get timesteps(): number {
    return this.#timesteps;
  }

  /** undefined until it has learned something. */
  get runDirectory(): string | undefined {
    return this.#run;
  }

  /**
   * Learns for so many more env steps (the configuration's budget unless given), in whole iterations; then evaluates.
   *
   * Schedules of `progress` run over all steps, those of earlier calls included: a second call sets progress back, and a
   * learning rate that fell with it rises again. An interrupt ends it as in `train`. When it
   * fails, the agent is what the last checkpoint has: the next call goes on from there. Rejects with UsageError, before anything
   * is written, when timesteps is no whole number of at least 1.
   */
  async learn(
    timesteps: number = this.config.total_timesteps,
    options: LearnOptions = {},
  ): Promise<TrainOutcome> {
    const { callback, reporter = silentReporter, signal } = options;
    checkCount("timesteps", timesteps);
    const training = new RunningTraining((stop) => this.#iterations(timesteps, reporter, stop), signal);
    try {
      for await (const iteration of training) {
        if ((await callback?.(iteration)) === false) break;
      }
      const outcome = await training;
      await this.#reload();
      return outcome;
    } catch (error) {
      // Why the learning ended says more than that its checkpoint can't be read either.
      await this.#reload().catch(() => {});
      throw error;
    }
  }

  /**
   * The action for an observation, as the environment takes it: sampled, or with `deterministic` the likeliest. An array is
   * reused by the next call. Throws ShapeError for an observation of another length, or several at once.
   */
  predict(
    observation: ArrayLike<number>,
    { deterministic = false }: { readonly deterministic?: boolean } = {},
  ): Float32Array | number {
    if (deterministic) return this.#policy.act(observation);
    return this.#policy.sample(observation, this.#noise, this.#predictions++);
  }

  /** Evaluates what was learned, as `evaluate` does. */
  async evaluate({ episodes = 10 }: { readonly episodes?: number } = {}): Promise<EvaluationResult> {
    const { envModule } = this.#origin;
    checkCount("episodes", episodes);
    return evaluateRun(this.#saved("evaluate"), { episodes, checkpoint: "latest", envModule });
  }

  /** Saves weights, normaliser, optimizer and environments to a new folder, which is a run directory to every command. */
  async save(folder: string): Promise<void> {
    copySavedRun(this.#saved("save"), folder);
  }

  #saved(what: string): string {
    const folder = this.#run ?? this.#origin.folder;
    if (folder !== undefined) return folder;
    throw new UsageError(
      "nothing-learned",
      `There is nothing to ${what} before the agent has learned something.`,
    );
  }

  #iterations(timesteps: number, asked: TrainReporter, signal: AbortSignal): TrainIterations {
    const { config, envModule, place, folder } = this.#origin;
    const total_timesteps = this.#timesteps + timesteps;
    const reporter: TrainReporter = {
      started: (facts) => {
        this.#run = facts.runDirectory;
        asked.started(facts);
      },
      iteration: (progress) => asked.iteration(progress),
      rolledBack: (facts) => asked.rolledBack?.(facts),
      finished: (result) => asked.finished(result),
      interrupted: (step, command) => asked.interrupted(step, command),
      profile: (phases, seconds) => asked.profile?.(phases, seconds),
    };
    const how = { envModule, signal, reporter };
    if (this.#run === undefined && folder === undefined) {
      return trainRun({ ...how, ...place, config: { ...config, total_timesteps } });
    }
    let runDirectory = this.#run;
    if (runDirectory === undefined) {
      runDirectory = makeRunDirectory(config, place).path;
      copySavedRun(folder!, runDirectory);
    }
    return resumeRun({ ...how, runDirectory, overrides: { total_timesteps } });
  }

  /** Takes what the run's newest checkpoint has; without one the agent stays as it is. */
  async #reload(): Promise<void> {
    const runDirectory = this.#run;
    if (runDirectory === undefined || listCheckpoints(runDirectory).length === 0) return;
    const { snapshot, step, env } = await openTrainedPolicy(runDirectory, "latest", this.#origin.envModule);
    env.close();
    await this.#take(snapshot, step);
  }

  async #take(snapshot: PolicySnapshot, step: number): Promise<void> {
    this.#policy = await Policy.load(snapshot);
    this.#noise = this.#policy.createNoise(streamKey(this.config.seed, "predict/noise"));
    this.#timesteps = step;
  }
}
