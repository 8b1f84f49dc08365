import type { Env } from "../../envs/api/env.js";
import {
  anyState,
  finiteNumber,
  float32s,
  float64s,
  readState,
  wholeNumber,
} from "../../envs/api/saved-state.js";
import type { StateTree } from "../../envs/api/state.js";
import { RlAdanError, ShapeError } from "../errors.js";
import { type EnvFailure, firstNotFinite, NonFiniteError } from "../non-finite.js";
import type { ActionDistribution, ActionNoise } from "../policy/action-distribution.js";
import {
  type ActionMap,
  type ActionMapping,
  actionRangeOf,
  createActionMap,
} from "../policy/action-mapping.js";
import { normalize, RunningMoments } from "../policy/moments.js";
import { streamKey, streamSeed64 } from "../random/index.js";

/** An environment whose observations are flat boxes and whose actions are flat boxes or choices. */
export type PolicyEnv = Env<Float64Array | Float32Array, Float32Array | number>;

/**
 * When the moments that normalise observations change. "per_rollout": frozen while a rollout is collected, merged
 * after it. "per_step": each env goes on from the shared moments by itself. "none": observations are only clipped.
 */
export type ObservationMoments = "per_step" | "per_rollout" | "none";

export interface ActorSettings {
  readonly seed: number;
  readonly observationMoments: ObservationMoments;
  /** Limit of normalised observations; Infinity for none. */
  readonly observationClip: number;
  readonly actionMapping: ActionMapping;
}

/** One environment and everything that goes on with it from step to step. */
export class EnvSlot {
  readonly actionMap: ActionMap;
  readonly noise: ActionNoise;
  /** The observation that the env shows, as it gave it and as the policy sees it. */
  readonly observation: Float64Array;
  readonly normalized: Float32Array;
  readonly local: RunningMoments;
  readonly increments: RunningMoments;
  steps = 0;
  episodeReturn = 0;
  episodeLength = 0;
  readonly #rule: ObservationMoments;
  readonly #clip: number;
  readonly #stepsPerIteration: number;

  /** shape.steps: of this environment in a rollout. */
  constructor(
    readonly env: PolicyEnv,
    readonly index: number,
    shape: { readonly observationSize: number; readonly steps: number },
    settings: ActorSettings,
    distribution: ActionDistribution,
  ) {
    const range = actionRangeOf(env.actionSpace as unknown as Parameters<typeof actionRangeOf>[0]);
    this.actionMap = createActionMap(settings.actionMapping, range);
    this.noise = distribution.createNoise(streamKey(settings.seed, `noise/env-${index}`));
    this.observation = new Float64Array(shape.observationSize);
    this.normalized = new Float32Array(shape.observationSize);
    this.local = new RunningMoments(shape.observationSize, true);
    this.increments = new RunningMoments(shape.observationSize);
    this.increments.clear();
    this.#rule = settings.observationMoments;
    this.#clip = settings.observationClip;
    this.#stepsPerIteration = shape.steps;
  }

  firstReset(seed: number): void {
    this.startEpisode(this.env.reset({ seed: streamSeed64(seed, `env-${this.index}`) }).observation);
  }

  startEpisode(observation: ArrayLike<number>): void {
    this.episodeReturn = 0;
    this.episodeLength = 0;
    this.observe(observation);
  }

  /**
   * Goes on from the shared moments. With frozen moments the standing observation is normalised anew, so that the
   * policy sees a rollout in one scale; with moments that move at each step it stays as it was first seen.
   */
  beginRollout(shared: RunningMoments): void {
    this.local.copyFrom(shared);
    if (this.#rule === "per_rollout")
      normalize(this.observation, this.local, this.#clip, this.normalized, 0, 1);
  }

  /** Counts an observation once and normalises it. */
  observe(observation: ArrayLike<number>): void {
    if (observation.length !== this.observation.length) {
      throw new ShapeError(
        `The environment returned an observation of ${observation.length} numbers; its space has ${this.observation.length}.`,
      );
    }
    // 0 times a number that is not finite is NaN, and stays it in a sum.
    let zero = 0;
    for (let j = 0; j < observation.length; j++) zero += 0 * observation[j]!;
    if (zero !== 0) throw this.notFinite("observation", firstNotFinite(observation));
    this.observation.set(observation);
    if (this.#rule !== "none") this.increments.push(this.observation);
    if (this.#rule === "per_step") this.local.push(this.observation);
    const moments = this.#rule === "none" ? undefined : this.local;
    normalize(this.observation, moments, this.#clip, this.normalized, 0, 1);
  }

  notFinite(what: EnvFailure["what"], value: string): NonFiniteError {
    // An action is for the step to come.
    const ahead = what === "action" ? 1 : 0;
    const step = this.steps + ahead;
    return new NonFiniteError({
      what,
      iteration: Math.max(1, Math.ceil(step / this.#stepsPerIteration)),
      env: this.index,
      step,
      episodeStep: this.episodeLength + ahead,
      value,
    });
  }

  state(): StateTree {
    return {
      // An environment that can't be saved leaves a checkpoint to evaluate, not to go on from.
      environment: this.env.state?.() ?? null,
      observation: this.observation.slice(),
      normalized: this.normalized.slice(),
      increments: this.increments.state(),
      steps: this.steps,
      episode_return: this.episodeReturn,
      episode_length: this.episodeLength,
    };
  }

  restore(state: StateTree): void {
    const size = this.observation.length;
    const saved = readState(`environment ${this.index}`, state, {
      environment: anyState,
      observation: float64s(size),
      normalized: float32s(size),
      increments: anyState,
      steps: wholeNumber,
      episode_return: finiteNumber,
      episode_length: wholeNumber,
    });
    if (saved.environment === null || this.env.restore === undefined) {
      throw new RlAdanError(
        "env-not-stateful",
        "This environment has no state() and restore(), so the run can't be resumed; add them (see Env in the documentation).",
      );
    }
    this.env.restore(saved.environment);
    this.observation.set(saved.observation);
    this.normalized.set(saved.normalized);
    this.increments.restore(saved.increments);
    this.steps = saved.steps;
    this.episodeReturn = saved.episode_return;
    this.episodeLength = saved.episode_length;
  }
}
