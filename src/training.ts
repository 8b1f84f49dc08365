import { policyOfTrainState } from "../agents/ppo/policy-snapshot.js";
import type { StateTree } from "../envs/api/state.js";
import type { AnyEnv } from "../envs/index.js";
import type { Agent, AgentIteration } from "./agent.js";
import { type EvaluationResult, evaluatePolicy, summarize } from "./evaluate.js";
import { EpisodeWindow } from "./logging/episode-window.js";
import type { IterationProgress, TrainIteration, TrainReporter } from "./logging/progress.js";
import type { RunLog } from "./logging/run-log.js";
import type { PhaseClock } from "./phase-clock.js";
import type { PolicySnapshot } from "./policy/policy.js";
import { writeFileAtomic } from "./run/atomic-file.js";
import { writeCheckpoint } from "./run/checkpoint.js";
import type { Lease } from "./run/lease.js";
import type { RunDirectory } from "./run/run-directory.js";
import type { SavedTraining } from "./saved-training.js";
import { commandText, programName } from "./shown-command.js";
import { policySpacesOf } from "./spaces.js";
import type { TrainConfig } from "./train-config.js";

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
  /** How many episodes that is: 100, or all when there were fewer. */
  readonly train_return_episodes: number;
  /** Training episodes that ended, over all parts of the run. */
  readonly train_episodes: number;
  readonly eval_mean_return: number | null;
  readonly eval_std_return: number | null;
  readonly eval_episodes: number;
  /** Highest of the evaluations, null without any: an optimistic number, label it so. */
  readonly eval_max_mean_return: number | null;
  /** Where the last part began, after `--resume` or a rollback. */
  readonly resumed_from_step: number | null;
  /** What rollbacks have left of the learning rate; 1 without any. */
  readonly learning_rate_factor: number;
  /** Of this process: start-up, training, evaluations. */
  readonly wall_seconds: number;
  /** Of this process, after its last rollback, training alone; null when it did no training. */
  readonly steps_per_second: number | null;
}

export type TrainOutcome =
  | { readonly status: "finished"; readonly runDirectory: string; readonly result: TrainResult }
  | { readonly status: "interrupted"; readonly runDirectory: string; readonly step: number };

/** A training as its iterations, one by one, and its outcome at the end. */
export type TrainIterations = AsyncGenerator<TrainIteration, TrainOutcome, void>;

/** Everything that a training needs, made and checked. */
export interface TrainingSetup {
  readonly config: TrainConfig;
  readonly run: RunDirectory;
  readonly lease: Lease;
  readonly agent: Agent;
  /** For evaluations: training has environments of its own. */
  readonly env: AnyEnv;
  readonly log: RunLog;
  readonly reporter: TrainReporter;
  readonly signal: AbortSignal | undefined;
  readonly startedAt: number;
  /** Of all parts of this process. */
  readonly clock: PhaseClock;
  readonly learningRateFactor: number;
  readonly from: { readonly step: number; readonly state: SavedTraining } | undefined;
}

/** Draws iterations from the agent and attaches logs, checkpoints and evaluations, at iteration ends. */
export class Training {
  readonly #setup: TrainingSetup;
  readonly #window = new EpisodeWindow();
  readonly #firstStep: number;
  #step: number;
  #savedStep: number | undefined;
  #trainingSeconds = 0;
  readonly #clock: PhaseClock;
  #best: number | null;
  #evaluation: EvaluationResult | undefined;
  /** This step has an evaluation that was not made yet. */
  #evaluationIsDue = false;

  constructor(setup: TrainingSetup) {
    const { from } = setup;
    this.#setup = setup;
    this.#clock = setup.clock;
    this.#firstStep = this.#step = from?.step ?? 0;
    this.#savedStep = from?.step;
    this.#best = from?.state.best_evaluation ?? null;
    if (from !== undefined) this.#window.restore(from.state.episodes);
  }

  /** To the end of the budget, or to the end of the iteration in which the signal is aborted: to be iterated to its end. */
  async *run(): TrainIterations {
    const { config, log, signal, agent } = this.#setup;
    await this.#makeDueEvaluation();
    if (this.#step < config.total_timesteps && !signal?.aborted) {
      for await (const iteration of agent.iterations) {
        yield await this.#take(iteration);
        if (!signal?.aborted) continue;
        if (this.#savedStep !== this.#step) await this.#save(iteration.state);
        break;
      }
    }
    const isFinished = this.#step >= config.total_timesteps && !this.#isEvaluationMissing();
    log.close(isFinished ? "success" : "unknown");
    return isFinished ? this.#finish() : this.#interrupt();
  }

  async #take(iteration: AgentIteration): Promise<TrainIteration> {
    const { config, log, signal, lease } = this.#setup;
    lease.check();
    const previous = this.#step;
    this.#step = iteration.globalStep;
    this.#trainingSeconds += iteration.seconds;
    for (const [phase, seconds] of Object.entries(iteration.phases)) this.#clock.add(phase, seconds);
    this.#clock.enter("logs");
    const { episodes } = iteration;
    for (const { episodeReturn, length } of episodes) this.#window.push(episodeReturn, length);
    const scalars = { ...this.#runningScalars(), ...iteration.scalars };
    log.iteration({ iteration: iteration.iteration, step: this.#step, episodes, scalars });
    log.flush();
    const progress = this.#progress(iteration);
    this.#setup.reporter.iteration(progress);
    this.#clock.enter();
    const isLast = this.#step >= config.total_timesteps;
    const { policy } = iteration;
    const evaluates = policy !== undefined && (isLast || crosses(previous, this.#step, config.eval_every));
    const saves = isLast || signal?.aborted || crosses(previous, this.#step, config.checkpoint_every);
    this.#evaluationIsDue = evaluates;
    // First save, then evaluate: an evaluation that fails or is killed loses no training.
    if (saves) await this.#save(iteration.state);
    if (evaluates) {
      const isBest = await this.#evaluate(policy());
      if (isBest !== undefined && (saves || isBest)) await this.#save(iteration.state, isBest);
    }
    const { path: runDirectory } = this.#setup.run;
    return {
      ...progress,
      iteration: iteration.iteration,
      scalars: { ...scalars, ...this.#evaluationScalars() },
      finishedEpisodes: episodes,
      runDirectory,
    };
  }

  /** Whether it is the best so far; undefined when it was interrupted. */
  async #evaluate(policy: PolicySnapshot): Promise<boolean | undefined> {
    const { config, env, log, signal } = this.#setup;
    const { seed, eval_episodes: episodes, eval_actions: actions } = config;
    this.#clock.enter("evaluations");
    const evaluated = await evaluatePolicy(policy, env, { seed, episodes, actions, signal });
    this.#clock.enter();
    if (evaluated === undefined) return undefined;
    this.#setup.lease.check();
    this.#evaluationIsDue = false;
    this.#evaluation = summarize(config.env, this.#step, evaluated.returns, evaluated.lengths);
    const { mean_return } = this.#evaluation;
    log.scalars(this.#step, this.#evaluationScalars());
    if (!Number.isFinite(mean_return)) {
      const episode = evaluated.returns.findIndex((value) => !Number.isFinite(value));
      const value = evaluated.returns[episode];
      console.warn(
        `warning: episode ${episode} of the evaluation at step ${this.#step} returned ${value}; it is no best.`,
      );
      return false;
    }
    if (this.#best !== null && mean_return <= this.#best) return false;
    this.#best = mean_return;
    return true;
  }

  /** Of an evaluation at this step; empty without one. */
  #evaluationScalars(): Record<string, number> {
    if (this.#evaluation?.step !== this.#step) return {};
    const { mean_return, mean_length } = this.#evaluation;
    return { "eval/mean_reward": mean_return, "eval/mean_ep_length": mean_length };
  }

  /** The evaluation that the checkpoint still owes, and the last one of a run that only lacks its result. */
  async #makeDueEvaluation(): Promise<void> {
    const { config, env, from, log } = this.#setup;
    if (from === undefined || config.algorithm !== "ppo") return;
    const policy = () => policyOfTrainState(config, policySpacesOf(env, config.env), from.state.agent);
    if (from.state.evaluation_is_due) {
      const isBest = await this.#evaluate(policy());
      if (isBest === undefined) return;
      await this.#save(async () => from.state.agent, isBest);
    } else if (this.#step >= config.total_timesteps) {
      const { seed, eval_episodes: episodes, eval_actions: actions } = config;
      const { signal } = this.#setup;
      const evaluated = await evaluatePolicy(policy(), env, { seed, episodes, actions, signal });
      if (evaluated === undefined) return;
      this.#evaluation = summarize(config.env, this.#step, evaluated.returns, evaluated.lengths);
    }
    log.flush();
  }

  #isEvaluationMissing(): boolean {
    return this.#setup.config.algorithm === "ppo" && this.#evaluation?.step !== this.#step;
  }

  async #save(agentState: (() => Promise<StateTree>) | undefined, isBest = false): Promise<void> {
    if (agentState === undefined) return;
    const { config, log, run, lease, learningRateFactor } = this.#setup;
    this.#clock.enter("checkpoints");
    const agent = await agentState();
    lease.check();
    log.sync();
    const state: StateTree = {
      agent,
      episodes: this.#window.state(),
      best_evaluation: this.#best,
      evaluation_is_due: this.#evaluationIsDue,
      metrics_bytes: log.metricsBytes,
      learning_rate_factor: learningRateFactor,
    };
    const { keep_last: last, keep_every: every } = config;
    writeCheckpoint(run.path, this.#step, state, { isBest, keep: { last, every } });
    this.#savedStep = this.#step;
    this.#clock.enter();
  }

  #runningScalars(): Record<string, number> {
    const { meanReturn, meanLength } = this.#window;
    return {
      "charts/SPS": Math.floor(this.#stepsPerSecond()),
      ...(meanReturn === null ? {} : { "rollout/ep_rew_mean": meanReturn }),
      ...(meanLength === null ? {} : { "rollout/ep_len_mean": meanLength }),
    };
  }

  #stepsPerSecond(): number {
    return (this.#step - this.#firstStep) / this.#trainingSeconds;
  }

  #progress(iteration: AgentIteration): IterationProgress {
    const { config } = this.#setup;
    const stepsPerSecond = this.#stepsPerSecond();
    return {
      step: this.#step,
      totalTimesteps: config.total_timesteps,
      stepsPerSecond,
      episodes: this.#window.count,
      returnMean: this.#window.meanReturn,
      returnCount: this.#window.size,
      approxKl: iteration.scalars["losses/approx_kl"] ?? null,
      secondsLeft: Math.max(0, config.total_timesteps - this.#step) / stepsPerSecond,
    };
  }

  #interrupt(): TrainOutcome {
    const { run, reporter, startedAt } = this.#setup;
    // A run without any step begins again, in its folder.
    const canResume = this.#savedStep === this.#step || this.#step === 0;
    reporter.interrupted(
      this.#step,
      canResume ? commandText(programName(), ["train", "--resume", run.path]) : null,
    );
    reporter.profile?.(this.#clock.take(), secondsSince(startedAt));
    return { status: "interrupted", runDirectory: run.path, step: this.#step };
  }

  #finish(): TrainOutcome {
    const { config, run, reporter, from, startedAt, learningRateFactor } = this.#setup;
    const result: TrainResult = {
      env: config.env,
      algorithm: config.algorithm,
      optimizer: config.algorithm === "ppo" ? config.optimizer : null,
      seed: config.seed,
      total_timesteps: this.#step,
      train_return_last_100: this.#window.meanReturn,
      train_return_episodes: this.#window.size,
      train_episodes: this.#window.count,
      eval_mean_return: this.#evaluation?.mean_return ?? null,
      eval_std_return: this.#evaluation?.std_return ?? null,
      eval_episodes: this.#evaluation?.episodes ?? 0,
      eval_max_mean_return: this.#best,
      resumed_from_step: from?.step ?? null,
      learning_rate_factor: learningRateFactor,
      wall_seconds: secondsSince(startedAt),
      steps_per_second: this.#trainingSeconds === 0 ? null : this.#stepsPerSecond(),
    };
    writeFileAtomic(run.result, `${JSON.stringify(result, null, 2)}\n`);
    reporter.finished({ ...result });
    reporter.profile?.(this.#clock.take(), result.wall_seconds);
    return { status: "finished", runDirectory: run.path, result };
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

/** Whether the steps (from, to] hold a multiple of `every`; never when it is 0. */
function crosses(from: number, to: number, every: number): boolean {
  return every > 0 && Math.floor(to / every) > Math.floor(from / every);
}
