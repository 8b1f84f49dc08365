import { ShapeError } from "../errors.js";

/** What the advantages of a rollout are computed from; all arrays [steps, envs], row-major. */
export interface GaeInput {
  readonly steps: number;
  readonly envs: number;
  readonly rewards: Float64Array;
  readonly values: Float64Array | Float32Array;
  /** The value of the transition's own next observation (the final one where an episode ended). */
  readonly nextValues: Float64Array | Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly gamma: number;
  readonly lambda: number;
  /** Whether a truncated episode bootstraps from the value of its final observation; false ends its return there. */
  readonly bootstrapTruncated: boolean;
}

/**
 * Generalised advantage estimates of one rollout, written in place.
 *
 * advantages (out): [steps, envs]. gamma, lambda: per step, in [0, 1]. The recursion stops at every episode end; a
 * terminated step bootstraps from 0, a truncated one from the value of its own final observation (or 0, if asked).
 * Accumulates in float64.
 *
 * Throws ShapeError, naming both lengths, when they disagree.
 * Source: Schulman et al. 2016, eq. 16 (arXiv 1506.02438).
 */
export function computeAdvantages(input: GaeInput, advantages: Float64Array | Float32Array): void {
  const { steps, envs, rewards, values, nextValues, terminated, truncated, gamma, lambda } = input;
  const rows = steps * envs;
  for (const [name, length] of [
    ["rewards", rewards.length],
    ["values", values.length],
    ["nextValues", nextValues.length],
    ["terminated", terminated.length],
    ["truncated", truncated.length],
    ["advantages", advantages.length],
  ] as const) {
    if (length !== rows) {
      throw new ShapeError(`${name} holds ${length} numbers; ${steps} steps of ${envs} envs need ${rows}.`);
    }
  }
  for (let env = 0; env < envs; env++) {
    let advantage = 0;
    for (let row = rows - envs + env; row >= 0; row -= envs) {
      const ended = terminated[row] === 1 || truncated[row] === 1;
      const bootstraps = terminated[row] === 0 && (truncated[row] === 0 || input.bootstrapTruncated);
      const delta = rewards[row]! + (bootstraps ? gamma * nextValues[row]! : 0) - values[row]!;
      advantage = delta + (ended ? 0 : gamma * lambda * advantage);
      advantages[row] = advantage;
    }
  }
}
