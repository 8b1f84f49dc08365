import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import { float64s, readState, wholeNumber } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";
import { shown } from "../arguments.js";

/** What `info.episode` holds at the end of an episode. */
export interface EpisodeStatistics {
  /** The sum of rewards. */
  readonly r: number;
  /** Steps. */
  readonly l: number;
  /** Seconds since its reset, on the clock: the one number here that differs from run to run. */
  readonly t: number;
}

/**
 * Sums rewards and counts steps; where an episode ends, `info[statsKey]` holds its EpisodeStatistics, and the queues
 * keep those of the last `bufferLength` episodes. Steps after the end go on counting and are reported again.
 *
 * Saved and restored with everything but the times. Throws InvalidArgument when bufferLength is not a whole number of
 * at least 1, and when the environment uses the key itself.
 */
export class RecordEpisodeStatistics<Obs, Act> extends Wrapper<Obs, Act> {
  readonly returnQueue: number[] = [];
  readonly lengthQueue: number[] = [];
  readonly timeQueue: number[] = [];
  #episodeCount = 0;
  #return = 0;
  #length = 0;
  #startedAtMs = performance.now();

  constructor(
    env: Env<Obs, Act>,
    readonly bufferLength = 100,
    readonly statsKey = "episode",
  ) {
    super(env);
    if (Number.isSafeInteger(bufferLength) && bufferLength >= 1) return;
    throw new InvalidArgument(
      "statistics-buffer",
      `RecordEpisodeStatistics: bufferLength must be a whole number of at least 1, got ${shown(bufferLength)}.`,
    );
  }

  /** Episodes that ended. */
  get episodeCount(): number {
    return this.#episodeCount;
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    const result = super.reset(options);
    this.#return = 0;
    this.#length = 0;
    this.#startedAtMs = performance.now();
    return result;
  }

  override step(action: Act): StepResult<Obs> {
    const result = super.step(action);
    this.#return += result.reward;
    this.#length += 1;
    if (!result.terminated && !result.truncated) return result;
    if (Object.hasOwn(result.info, this.statsKey)) {
      throw new InvalidArgument(
        "statistics-key",
        `RecordEpisodeStatistics: the environment's info has "${this.statsKey}" already; choose another statsKey.`,
      );
    }
    return { ...result, info: { ...result.info, [this.statsKey]: this.#finished() } };
  }

  #finished(): EpisodeStatistics {
    const now = performance.now();
    const microseconds = Math.round((now - this.#startedAtMs) * 1000);
    const episode = { r: this.#return, l: this.#length, t: microseconds / 1e6 };
    this.#startedAtMs = now;
    this.#episodeCount += 1;
    this.#keep(this.returnQueue, episode.r);
    this.#keep(this.lengthQueue, episode.l);
    this.#keep(this.timeQueue, episode.t);
    return episode;
  }

  #keep(queue: number[], value: number): void {
    queue.push(value);
    if (queue.length > this.bufferLength) queue.shift();
  }

  protected override ownState(): StateTree {
    return {
      episode_count: this.#episodeCount,
      // Arrays, since a diverged environment's sums need not be finite.
      return: Float64Array.of(this.#return),
      length: this.#length,
      return_queue: Float64Array.from(this.returnQueue),
      length_queue: Float64Array.from(this.lengthQueue),
    };
  }

  protected override restoreOwn(state: StateTree): void {
    const saved = readState("RecordEpisodeStatistics", state, {
      episode_count: wholeNumber,
      return: float64s(1),
      length: wholeNumber,
      return_queue: float64s(),
      length_queue: float64s(),
    });
    this.#episodeCount = saved.episode_count;
    this.#return = saved.return[0]!;
    this.#length = saved.length;
    this.returnQueue.splice(0, Infinity, ...saved.return_queue);
    this.lengthQueue.splice(0, Infinity, ...saved.length_queue);
    this.timeQueue.length = 0;
    this.#startedAtMs = performance.now();
  }
}
