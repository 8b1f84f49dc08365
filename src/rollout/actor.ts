import type { StateTree } from "../../envs/api/state.js";
import { type Kernels, paddedBatch } from "../kernels/kernels.js";
import type { ActionDistribution } from "../policy/action-distribution.js";
import { createDistribution } from "../policy/create-distribution.js";
import { type AllocateFloat32, Mlp } from "../policy/mlp.js";
import { type MomentsState, RunningMoments } from "../policy/moments.js";
import type { NetworkShape, ParameterLayout } from "../policy/network.js";
import { type ActorSettings, EnvSlot, type PolicyEnv } from "./env-slot.js";
import type { RolloutBuffer } from "./rollout-buffer.js";

/** A finished episode: which vector step of the rollout and which env it ended in, its raw return and its length. */
export interface FinishedEpisode {
  readonly step: number;
  readonly env: number;
  readonly episodeReturn: number;
  readonly length: number;
}

/** Where in a rollout an actor is: in each vector step the policy acts for all envs, then they step one by one. */
export interface ActorMoment {
  readonly step: number;
  readonly phase: "policy" | "env";
  readonly env: number;
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
  readonly #slots: readonly EnvSlot[];
  readonly #network: Mlp;
  readonly #logStd: Float32Array;
  readonly #distribution: ActionDistribution;
  readonly #shared: RunningMoments;
  readonly #batch: number;
  #episodes: FinishedEpisode[] = [];
  #envMilliseconds = 0;
  #step = 0;
  #phase: ActorMoment["phase"] = "env";
  #env = 0;

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
    this.#slots = options.envs.map(
      (env, k) => new EnvSlot(env, firstEnv + k, buffer, settings, distribution),
    );
    this.#batch = paddedBatch(options.envs.length);
    this.#network = actorNetwork(options, this.#batch);
    this.#logStd = parameters.subarray(layout.logStd, layout.criticStart);
    this.#shared = new RunningMoments(buffer.observationSize, true);
  }

  /** Where it is, or stopped when something was thrown. */
  get moment(): ActorMoment {
    return { step: this.#step, phase: this.#phase, env: this.#env };
  }

  /** First resets of a fresh run. */
  start(): void {
    for (const slot of this.#slots) {
      this.#env = slot.index;
      slot.firstReset(this.#settings.seed);
    }
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
      this.#step = step;
      this.#phase = "policy";
      this.#runPolicy(step);
      this.#phase = "env";
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
      this.#env = slot.index;
      distribution.sample(output, k, batch, slot.noise, slot.steps, actions, row * actionSize);
      const logProb = distribution.logProb(actions, row * actionSize, output, k, batch);
      if (!Number.isFinite(logProb)) throw slot.notFinite("action", String(logProb));
      logProbs[row] = logProb;
    }
  }

  #stepEnv(slot: EnvSlot, step: number): void {
    const { observationSize, actionSize, envs, actions, rewards, terminated, truncated, finalObservations } =
      this.#buffer;
    const row = step * envs + slot.index;
    this.#env = slot.index;
    const result = slot.env.step(slot.actionMap.toEnv(actions, row * actionSize));
    slot.steps += 1;
    slot.episodeReturn += result.reward;
    slot.episodeLength += 1;
    if (!Number.isFinite(result.reward)) throw slot.notFinite("reward", valueText(result.reward));
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

/** An environment may give anything, nothing too. */
function valueText(reward: unknown): string {
  return typeof reward === "number" ? String(reward) : typeof reward;
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
