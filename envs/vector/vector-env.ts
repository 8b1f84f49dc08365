import type { FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import type { Box } from "../spaces/box.js";
import type { Discrete } from "../spaces/discrete.js";
import type { IntegerBox } from "../spaces/integer-box.js";
import type { MultiDiscrete } from "../spaces/multi-discrete.js";
import type { VectorInfo } from "./vector-info.js";

/** When a sub-environment whose episode ended is reset: in the next step, in the same one, or by the caller. */
export type AutoresetMode = "next_step" | "same_step" | "disabled";

/** The value itself in this thread, a promise of it where workers are asked; `await` takes both. */
export type Awaitable<T> = T | Promise<T>;

/** The space of one sub-environment's observation or action. */
export type SingleSpace = Box | Discrete | MultiDiscrete;

/** All of them together: Box of Box, MultiDiscrete of Discrete, IntegerBox of MultiDiscrete. */
export type BatchedSpace = Box | MultiDiscrete | IntegerBox;

/** Numbers of a batch, of the space's type: floats of a Box, whole numbers of Discrete and MultiDiscrete. */
export type BatchArray = FloatArray | Int32Array;

export type Seed = number | bigint;

export interface VectorResetOptions {
  /** A number s seeds sub-environment i with s + i; a list has one entry each, null for none. */
  readonly seed?: Seed | readonly (Seed | null | undefined)[] | undefined;
  /**
   * Passed on to every sub-environment, but for `reset_mask`: booleans, or a Uint8Array of 0 and 1, one per
   * sub-environment, at least one set. Then only those are reset; the others keep their last observation.
   */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

export interface VectorReset {
  /** [numEnvs, ...single shape], flat, row-major. */
  observations: BatchArray;
  info: VectorInfo;
}

/** One step of all sub-environments. Everything but the observations of `copy: false` is the caller's to keep. */
export interface VectorStep extends VectorReset {
  /** [numEnvs] */
  rewards: Float64Array;
  /** [numEnvs], 0 or 1 */
  terminations: Uint8Array;
  /** [numEnvs], 0 or 1 */
  truncations: Uint8Array;
}

/**
 * Several environments with equal spaces, stepped together (Gymnasium's VectorEnv).
 *
 * Observations and actions are those of a Box or a MultiDiscrete, [numEnvs, ...single shape], flat, row-major, or
 * Discrete choices, [numEnvs]. `state` and `restore` are exact: restored, every sub-environment continues bit for bit,
 * pending resets included.
 */
export interface VectorEnv {
  readonly numEnvs: number;
  readonly autoreset: AutoresetMode;
  /** The spaces of sub-environment 0, and those of all of them together: [numEnvs, ...single shape]. */
  readonly singleObservationSpace: SingleSpace;
  readonly singleActionSpace: SingleSpace;
  readonly observationSpace: BatchedSpace;
  readonly actionSpace: BatchedSpace;
  reset(options?: VectorResetOptions): Awaitable<VectorReset>;
  step(actions: ArrayLike<number>): Awaitable<VectorStep>;
  /**
   * What a method of each sub-environment returns, or the value under the name where it is none; [numEnvs]. Of its
   * wrappers the outermost that has the name is asked.
   */
  call(name: string, ...args: unknown[]): Awaitable<unknown[]>;
  /** The same without arguments. */
  getAttr(name: string): Awaitable<unknown[]>;
  /** Sets what each sub-environment has under the name: a list gives one value to each, anything else is for all. */
  setAttr(name: string, values: unknown): Awaitable<void>;
  state(): Awaitable<StateTree>;
  restore(state: StateTree): Awaitable<void>;
  /** Closes every sub-environment; a second call does nothing. */
  close(): Awaitable<void>;
}
