import { float64s, readState, wholeNumber } from "../../envs/api/saved-state.js";
import type { Stateful, StateTree } from "../../envs/api/state.js";

const WINDOW_EPISODES = 100;

/** Returns and lengths of the last 100 finished episodes, and how many finished in all. */
export class EpisodeWindow implements Stateful {
  count = 0;
  #returns: number[] = [];
  #lengths: number[] = [];

  push(episodeReturn: number, length: number): void {
    this.count += 1;
    this.#returns.push(episodeReturn);
    this.#lengths.push(length);
    if (this.#returns.length <= WINDOW_EPISODES) return;
    this.#returns.shift();
    this.#lengths.shift();
  }

  /** How many episodes the means are over. */
  get size(): number {
    return this.#returns.length;
  }

  /** null before the first episode ends. */
  get meanReturn(): number | null {
    return mean(this.#returns);
  }

  get meanLength(): number | null {
    return mean(this.#lengths);
  }

  state(): StateTree {
    return {
      count: this.count,
      returns: Float64Array.from(this.#returns),
      lengths: Float64Array.from(this.#lengths),
    };
  }

  restore(state: StateTree): void {
    const { count, returns } = readState("the last episodes", state, {
      count: wholeNumber,
      returns: float64s(),
    });
    const { lengths } = readState("the last episodes", state, { lengths: float64s(returns.length) });
    this.count = count;
    this.#returns = [...returns.slice(-WINDOW_EPISODES)];
    this.#lengths = [...lengths.slice(-WINDOW_EPISODES)];
  }
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
