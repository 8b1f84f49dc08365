import type { Arena } from "../kernels/arena.js";

export interface RolloutShape {
  readonly steps: number;
  readonly envs: number;
  readonly observationSize: number;
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

export function createRolloutBuffer(arena: Arena, shape: RolloutShape): RolloutBuffer {
  const { steps, envs, observationSize, actionSize } = shape;
  const rows = steps * envs;
  return {
    ...shape,
    observations: arena.allocate("rollout/observations", "f32", rows * observationSize),
    finalObservations: arena.allocate("rollout/final-observations", "f32", rows * observationSize),
    lastObservations: arena.allocate("rollout/last-observations", "f32", envs * observationSize),
    actions: arena.allocate("rollout/actions", "f32", rows * actionSize),
    logProbs: arena.allocate("rollout/log-probs", "f32", rows),
    rewards: arena.allocate("rollout/rewards", "f64", rows),
    terminated: arena.allocate("rollout/terminated", "u8", rows),
    truncated: arena.allocate("rollout/truncated", "u8", rows),
  };
}

/** The same buffer seen from another thread. */
export function attachRolloutBuffer(arena: Arena, shape: RolloutShape): RolloutBuffer {
  return {
    ...shape,
    observations: arena.get("rollout/observations", "f32"),
    finalObservations: arena.get("rollout/final-observations", "f32"),
    lastObservations: arena.get("rollout/last-observations", "f32"),
    actions: arena.get("rollout/actions", "f32"),
    logProbs: arena.get("rollout/log-probs", "f32"),
    rewards: arena.get("rollout/rewards", "f64"),
    terminated: arena.get("rollout/terminated", "u8"),
    truncated: arena.get("rollout/truncated", "u8"),
  };
}
