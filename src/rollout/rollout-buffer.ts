import type { Arena, RegionArray, RegionSource, RegionType } from "../kernels/arena.js";

export interface RolloutShape {
  readonly steps: number;
  readonly envs: number;
  readonly observationSize: number;
  /** Numbers that an action is stored as: 1 for a choice. */
  readonly actionSize: number;
}

/**
 * One rollout in shared memory: what the actors write and the learner reads. All arrays are row-major with the step
 * first; a flat index is step·envs + env.
 *
 * An observation is what the policy saw: normalised, clipped, float32. `finalObservations` has a row for every
 * transition, filled where an episode ended there (all envs may truncate at every step); `lastObservations` is what
 * each env shows after the last step, a fresh episode's first observation if it ended there.
 */
export interface RolloutBuffer extends RolloutShape {
  /** [steps, envs, observation] */
  readonly observations: Float32Array;
  /** [steps, envs, observation] */
  readonly finalObservations: Float32Array;
  /** [envs, observation] */
  readonly lastObservations: Float32Array;
  /** [steps, envs, action]: as sampled, before clipping or mapping. */
  readonly actions: Float32Array;
  /** [steps, envs], of the sampled action. */
  readonly logProbs: Float32Array;
  /** [steps, envs]: as the environment gave them. */
  readonly rewards: Float64Array;
  /** [steps, envs], 0 or 1. */
  readonly terminated: Uint8Array;
  /** [steps, envs], 0 or 1. */
  readonly truncated: Uint8Array;
}

/** Adds the buffer's regions to the arena. */
export function createRolloutBuffer(arena: RegionSource, shape: RolloutShape): RolloutBuffer {
  return rolloutBuffer(shape, (name, type, length) => arena.allocate(name, type, length));
}

/** The same buffer seen from another thread. */
export function attachRolloutBuffer(arena: Arena, shape: RolloutShape): RolloutBuffer {
  return rolloutBuffer(shape, (name, type) => arena.get(name, type));
}

function rolloutBuffer(
  shape: RolloutShape,
  region: <T extends RegionType>(name: string, type: T, length: number) => RegionArray[T],
): RolloutBuffer {
  const { steps, envs, observationSize, actionSize } = shape;
  const rows = steps * envs;
  return {
    steps,
    envs,
    observationSize,
    actionSize,
    observations: region("rollout/observations", "f32", rows * observationSize),
    finalObservations: region("rollout/final-observations", "f32", rows * observationSize),
    lastObservations: region("rollout/last-observations", "f32", envs * observationSize),
    actions: region("rollout/actions", "f32", rows * actionSize),
    logProbs: region("rollout/log-probs", "f32", rows),
    rewards: region("rollout/rewards", "f64", rows),
    terminated: region("rollout/terminated", "u8", rows),
    truncated: region("rollout/truncated", "u8", rows),
  };
}
