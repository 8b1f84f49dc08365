import { anyState, float64s, readState } from "../../envs/api/saved-state.js";
import type { Stateful, StateTree } from "../../envs/api/state.js";
import { RunningMoments } from "../policy/moments.js";

const EPSILON = 1e-8;

/**
 * Divides rewards by the running deviation of each env's discounted reward sum, and clips them.
 *
 * "cleared_on_termination" is Gymnasium's NormalizeReward (CleanRL): g ← γ·g·(1 - terminated) + r, never cleared by a
 * truncation or a reset. "cleared_on_done" is VecNormalize's (Stable-Baselines3): g ← γ·g + r, zeroed after any
 * episode end. "none" only clips. The moments are shared over the envs, and one pass in (step, env) order updates and
 * scales.
 */
export class RewardScaler implements Stateful {
  readonly #moments = new RunningMoments(1);
  readonly #sums: Float64Array;
  readonly #one = new Float64Array(1);

  constructor(
    readonly rule: "none" | "cleared_on_termination" | "cleared_on_done",
    readonly gamma: number,
    readonly limit: number,
    envs: number,
  ) {
    this.#sums = new Float64Array(envs);
  }

  /** rewards, terminated, truncated, out: [steps, envs], row-major. */
  scale(rewards: Float64Array, terminated: Uint8Array, truncated: Uint8Array, out: Float64Array): void {
    const envs = this.#sums.length;
    for (let row = 0; row < rewards.length; row++) {
      const reward = rewards[row]!;
      const scaled =
        this.rule === "none" ? reward : this.#push(row, row % envs, reward, terminated, truncated);
      out[row] = Math.min(Math.max(scaled, -this.limit), this.limit);
    }
  }

  #push(row: number, env: number, reward: number, terminated: Uint8Array, truncated: Uint8Array): number {
    const clearsFirst = this.rule === "cleared_on_termination" && terminated[row] === 1;
    const sum = (clearsFirst ? 0 : this.#sums[env]! * this.gamma) + reward;
    this.#one[0] = sum;
    this.#moments.push(this.#one);
    const clearsAfter = this.rule === "cleared_on_done" && (terminated[row] === 1 || truncated[row] === 1);
    this.#sums[env] = clearsAfter ? 0 : sum;
    return reward / Math.sqrt(this.#moments.variance[0]! + EPSILON);
  }

  /** False once a reward was too large to be squared. */
  get isFinite(): boolean {
    return Number.isFinite(this.#moments.variance[0]);
  }

  state(): StateTree {
    return { moments: this.#moments.state(), sums: this.#sums.slice() };
  }

  restore(state: StateTree): void {
    const { moments, sums } = readState("the reward scaling", state, {
      moments: anyState,
      sums: float64s(this.#sums.length),
    });
    this.#moments.restore(moments);
    this.#sums.set(sums);
  }
}
