import type { Space } from "./space.js";
import type { StateTree } from "./state.js";

/** Diagnostics of one step; what is in it is the environment's documented choice. */
export type Info = Record<string, unknown>;

export interface ResetOptions {
  /** Non-negative; (re)creates the generator. Without it the generator's stream goes on. */
  readonly seed?: number | bigint;
  readonly options?: Record<string, unknown>;
}

export interface ResetResult<Obs> {
  observation: Obs;
  info: Info;
}

export interface StepResult<Obs> {
  observation: Obs;
  reward: number;
  /** The episode ended by the task's own rule: nothing follows. */
  terminated: boolean;
  /** The episode was cut off (a time limit): the task would have gone on. */
  truncated: boolean;
  info: Info;
}

/**
 * One environment in Gymnasium 1.x's shape, synchronous once made. Observations are fresh arrays that the caller
 * may keep. After `terminated` or `truncated` the caller resets.
 *
 * `state` and `restore` are what exact resume rests on: restored, the environment continues bit for bit, generator
 * and time limit included. An environment without them can be trained on and evaluated; such a run can't be
 * resumed.
 */
export interface Env<Obs = Float64Array, Act = Float32Array> {
  readonly observationSpace: Space<Obs>;
  readonly actionSpace: Space<Act>;
  readonly spec?: EnvDescription | undefined;
  readonly metadata?: EnvMetadata | undefined;
  reset(options?: ResetOptions): ResetResult<Obs>;
  step(action: Act): StepResult<Obs>;
  close(): void;
  readonly state?: (() => StateTree) | undefined;
  readonly restore?: ((state: StateTree) => void) | undefined;
}

export interface EnvMetadata {
  /** Environment steps per second of real time. */
  readonly renderFps: number;
}

/** What `make` knows of an environment that it made. */
export interface EnvDescription {
  readonly id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly maxEpisodeSteps?: number;
  readonly rewardThreshold?: number;
}

/** Names an environment as data, so that a worker can make it: `module` is what exports `make`. */
export interface EnvSpec {
  /** `rl-adan:envs`, or the URL of a module that exports `make(id, options)`. */
  readonly module: string;
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}
