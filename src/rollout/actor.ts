import type { Env } from "../../envs/api/env.js";
import type { StateTree } from "../../envs/api/state.js";
import { RlAdanError, ShapeError } from "../errors.js";
import { type Kernels, paddedBatch } from "../kernels/kernels.js";
import type { ActionDistribution, ActionNoise } from "../policy/action-distribution.js";
import {
  type ActionMap,
  type ActionMapping,
  actionRangeOf,
  createActionMap,
} from "../policy/action-mapping.js";
import { createDistribution } from "../policy/create-distribution.js";
import { type AllocateFloat32, Mlp } from "../policy/mlp.js";
import { type MomentsState, normalize, RunningMoments } from "../policy/moments.js";
import type { NetworkShape, ParameterLayout } from "../policy/network.js";
import { streamKey, streamSeed64 } from "../random/index.js";
import type { RolloutBuffer } from "./rollout-buffer.js";

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

/** A finished episode: which vector step of the rollout and which env it ended in, its raw return and its length. */
export interface FinishedEpisode {
  readonly step: number;
  readonly env: number;
  readonly episodeReturn: number;
  readonly length: number;
}

/** What a rollout adds beyond the buffer. */
export interface ActorReport {
  readonly episodes: readonly FinishedEpisode[];
  /** Per env, in env order: the moments of the observations that this rollout brought. */
  readonly increments: readonly MomentsState[];
  /** Per env, in env order: the moments that the env normalised with at the end ("per_step"). */
  readonly locals: readonly MomentsState[];
  /** What stepping and resetting the environments took. */
  readonly envSeconds: number;
}

/**
 * Steps some of the envs, runs the policy for them, and writes their columns of the rollout buffer.
 *
 * Whatever happens to an env depends on its own index, state and streams, never on which actor holds it: env i is
 * first reset with 64 bits of `env-i`, its action noise is keyed by (`noise/env-i`, its own step count). Autoreset is
 * same-step: the observation that ended an episode goes to `finalObservations`, the next one is a fresh episode's.
 */
export class Actor {
  readonly #buffer: RolloutBuffer;
  readonly #settings: ActorSettings;
  readonly #slots: readonly Slot[];
  readonly #network: Mlp;
  readonly #logStd: Float32Array;
  readonly #distribution: ActionDistribution;
  readonly #shared: RunningMoments;
  readonly #batch: number;
  #episodes: FinishedEpisode[] = [];
  #envMilliseconds = 0;

  constructor(options: {
    readonly kernels: Kernels;
    readonly allocate: AllocateFloat32;
    readonly shape: NetworkShape;
    readonly layout: ParameterLayout;
    readonly parameters: Float32Array;
    readonly buffer: RolloutBuffer;
    readonly envs: readonly PolicyEnv[];
    readonly firstEnv: number;
    readonly settings: ActorSettings;
  }) {
    const { layout, parameters, buffer, settings, firstEnv } = options;
    this.#buffer = buffer;
    this.#settings = settings;
    const distribution = createDistribution(options.shape);
    this.#distribution = distribution;
    this.#slots = options.envs.map((env, k) => new Slot(env, firstEnv + k, buffer, settings, distribution));
    this.#batch = paddedBatch(options.envs.length);
    this.#network = actorNetwork(options, this.#batch);
    this.#logStd = parameters.subarray(layout.logStd, layout.criticStart);
    this.#shared = new RunningMoments(buffer.observationSize, true);
  }

  /** First resets of a fresh run. */
  start(): void {
    for (const slot of this.#slots) slot.firstReset(this.#settings.seed);
  }

  /** Takes the shared moments and the current weights; to be followed by `collect` over all steps. */
  beginRollout(moments: MomentsState): void {
    this.#shared.restore(moments);
    this.#distribution.update(this.#logStd);
    for (const slot of this.#slots) slot.beginRollout(this.#shared);
  }

  /** Collects the vector steps [from, to). */
  collect(from: number, to: number): void {
    for (let step = from; step < to; step++) {
      this.#runPolicy(step);
      const startedAt = performance.now();
      for (let k = 0; k < this.#slots.length; k++) this.#stepEnv(this.#slots[k]!, step);
      this.#envMilliseconds += performance.now() - startedAt;
    }
  }

  /** Reports what happened since the last report, first resets included. */
  endRollout(): ActorReport {
    const size = this.#buffer.observationSize;
    const report: ActorReport = {
      episodes: this.#episodes,
      increments: this.#slots.map((slot) => slot.increments.state()),
      locals: this.#slots.map((slot) => slot.local.state()),
      envSeconds: this.#envMilliseconds / 1000,
    };
    this.#episodes = [];
    this.#envMilliseconds = 0;
    for (const slot of this.#slots) {
      this.#buffer.lastObservations.set(slot.normalized, slot.index * size);
      slot.increments.clear();
    }
    return report;
  }

  /** Per env, in env order. */
  state(): StateTree[] {
    return this.#slots.map((slot) => slot.state());
  }

  restore(states: readonly StateTree[]): void {
    this.#slots.forEach((slot, k) => {
      slot.restore(states[k]!);
    });
  }

  close(): void {
    for (const slot of this.#slots) slot.env.close();
  }

  /** Actions and log-probs of one vector step, from the observations that the envs show. */
  #runPolicy(step: number): void {
    const { observationSize, actionSize, envs, observations, actions, logProbs } = this.#buffer;
    const input = this.#network.input;
    const output = this.#network.output;
    const batch = this.#batch;
    for (let k = 0; k < this.#slots.length; k++) {
      const slot = this.#slots[k]!;
      const row = step * envs + slot.index;
      observations.set(slot.normalized, row * observationSize);
      for (let j = 0; j < observationSize; j++) input[j * batch + k] = slot.normalized[j]!;
    }
    this.#network.forward(batch);
    const distribution = this.#distribution;
    for (let k = 0; k < this.#slots.length; k++) {
      const slot = this.#slots[k]!;
      const row = step * envs + slot.index;
      distribution.sample(output, k, batch, slot.noise, slot.steps, actions, row * actionSize);
      logProbs[row] = distribution.logProb(actions, row * actionSize, output, k, batch);
    }
  }

  #stepEnv(slot: Slot, step: number): void {
    const { observationSize, actionSize, envs, actions, rewards, terminated, truncated, finalObservations } =
      this.#buffer;
    const row = step * envs + slot.index;
    const result = slot.env.step(slot.actionMap.toEnv(actions, row * actionSize));
    slot.steps += 1;
    slot.episodeReturn += result.reward;
    slot.episodeLength += 1;
    if (!Number.isFinite(result.reward)) throw slot.notFinite(`a reward of ${result.reward}`);
    rewards[row] = result.reward;
    terminated[row] = result.terminated ? 1 : 0;
    truncated[row] = result.truncated ? 1 : 0;
    slot.observe(result.observation);
    if (!(result.terminated || result.truncated)) return;
    finalObservations.set(slot.normalized, row * observationSize);
    const { episodeReturn, episodeLength: length } = slot;
    this.#episodes.push({ step, env: slot.index, episodeReturn, length });
    slot.startEpisode(slot.env.reset().observation);
  }
}

/** The policy network of an actor for `batch` envs; also what reserves its arena regions for a worker. */
export function actorNetwork(
  options: {
    readonly kernels: Kernels;
    readonly allocate: AllocateFloat32;
    readonly shape: NetworkShape;
    readonly layout: ParameterLayout;
    readonly parameters: Float32Array;
    readonly firstEnv: number;
  },
  batch: number,
): Mlp {
  const { kernels, allocate, parameters, firstEnv } = options;
  const { activation } = options.shape;
  const name = `actor-${firstEnv}`;
  return new Mlp({
    kernels,
    allocate,
    name,
    layout: options.layout.actor,
    activation,
    maxBatch: batch,
    parameters,
  });
}

function firstNotFinite(observation: ArrayLike<number>): string {
  const index = Array.from(observation).findIndex((value) => !Number.isFinite(value));
  return `${observation[index]} at index ${index}`;
}

/** One environment and everything that goes on with it from step to step. */
class Slot {
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

  constructor(
    readonly env: PolicyEnv,
    readonly index: number,
    shape: { readonly observationSize: number },
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
    if (zero !== 0) throw this.notFinite(`an observation with ${firstNotFinite(observation)}`);
    this.observation.set(observation);
    if (this.#rule !== "none") this.increments.push(this.observation);
    if (this.#rule === "per_step") this.local.push(this.observation);
    const moments = this.#rule === "none" ? undefined : this.local;
    normalize(this.observation, moments, this.#clip, this.normalized, 0, 1);
  }

  notFinite(what: string): RlAdanError {
    return new RlAdanError(
      "env-not-finite",
      `Environment ${this.index} gave ${what} at its step ${this.steps}, step ${this.episodeLength} of its episode; ` +
        "training can't go on from that. Any checkpoint is from before.",
    );
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
    const saved = state as {
      environment: StateTree;
      observation: Float64Array;
      normalized: Float32Array;
      increments: StateTree;
      steps: number;
      episode_return: number;
      episode_length: number;
    };
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
