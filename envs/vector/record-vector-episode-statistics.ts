import { RlAdanError } from "../../src/errors.js";
import type { StateTree } from "../api/state.js";
import { InvalidVectorArgument } from "./errors.js";
import { readResetRequest } from "./reset-request.js";
import type { Awaitable, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "./vector-env.js";
import { andThen, VectorWrapper } from "./vector-wrapper.js";

export interface EpisodeStatisticsOptions {
  /** How many finished episodes the queues remember; 100. */
  readonly bufferLength?: number;
  /** The info key of the statistics; "episode". */
  readonly statsKey?: string;
  /** Seconds of a clock; by default the platform's. */
  readonly now?: () => number;
}

/**
 * Adds returns and lengths of episodes to the info of the step that ends them (Gymnasium's vector
 * RecordEpisodeStatistics): `info.episode = { r, l, t }`, Float64Arrays [numEnvs] that are 0 where no episode
 * ended, and the mask `info._episode`. r: sum of rewards; l: steps; t: seconds, rounded to a millionth.
 *
 * The step that only resets (next_step) counts for no episode. A reset with a mask forgets the masked episodes only;
 * in Gymnasium 1.4.0 it forgets all. A saved state holds no times: they start again when it is restored.
 *
 * Throws RlAdanError when the info has the key already.
 */
export class RecordVectorEpisodeStatistics extends VectorWrapper {
  /** Finished episodes in the order of their ends, by index within a step; the last `bufferLength`. */
  readonly returnQueue: number[] = [];
  readonly lengthQueue: number[] = [];
  readonly timeQueue: number[] = [];
  /** All finished episodes. */
  episodeCount = 0;

  readonly #bufferLength: number;
  readonly #statsKey: string;
  readonly #now: () => number;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;
  readonly #starts: Float64Array;
  readonly #ended: Uint8Array;

  constructor(env: VectorEnv, options: EpisodeStatisticsOptions = {}) {
    super(env);
    const { bufferLength = 100, statsKey = "episode", now = () => performance.now() / 1000 } = options;
    if (!Number.isSafeInteger(bufferLength) || bufferLength < 1) {
      throw new InvalidVectorArgument(
        "statistics-buffer",
        `bufferLength must be a whole number of at least 1, got ${bufferLength}.`,
      );
    }
    this.#bufferLength = bufferLength;
    this.#statsKey = statsKey;
    this.#now = now;
    this.#returns = new Float64Array(env.numEnvs);
    this.#lengths = new Float64Array(env.numEnvs);
    this.#starts = new Float64Array(env.numEnvs);
    this.#ended = new Uint8Array(env.numEnvs);
  }

  override reset(options: VectorResetOptions = {}): Awaitable<VectorReset> {
    const own = withMaskOfItsOwn(options);
    return andThen(super.reset(own), (result) => {
      const { mask } = readResetRequest(own, this.numEnvs);
      for (let i = 0; i < mask.length; i++) if (mask[i] === 1) this.#begin(i);
      return result;
    });
  }

  override step(actions: ArrayLike<number>): Awaitable<VectorStep> {
    return andThen(super.step(actions), (result) => this.#record(result));
  }

  protected override ownState(): StateTree {
    return {
      returns: this.#returns.slice(),
      lengths: this.#lengths.slice(),
      ended: this.#ended.slice(),
      return_queue: Float64Array.from(this.returnQueue),
      length_queue: Float64Array.from(this.lengthQueue),
      episode_count: this.episodeCount,
    };
  }

  protected override restoreOwn(state: StateTree): void {
    const own = state as unknown as StatisticsState;
    this.#returns.set(own.returns);
    this.#lengths.set(own.lengths);
    this.#ended.set(own.ended);
    this.#starts.fill(this.#now());
    this.returnQueue.splice(0, Infinity, ...own.return_queue);
    this.lengthQueue.splice(0, Infinity, ...own.length_queue);
    this.timeQueue.splice(0);
    this.episodeCount = own.episode_count;
  }

  #record(result: VectorStep): VectorStep {
    const { rewards, terminations, truncations, info } = result;
    const isSameStep = this.autoreset === "same_step";
    for (let i = 0; i < rewards.length; i++) {
      if (this.#ended[i] === 1 && !isSameStep) {
        this.#begin(i);
      } else {
        this.#returns[i]! += rewards[i]!;
        this.#lengths[i]! += 1;
      }
      this.#ended[i] = terminations[i]! | truncations[i]!;
    }
    if (!this.#ended.includes(1)) return result;
    if (Object.hasOwn(info, this.#statsKey) || Object.hasOwn(info, `_${this.#statsKey}`)) {
      throw new RlAdanError(
        "statistics-key",
        `The info already has "${this.#statsKey}" (its keys: ${Object.keys(info).join(", ")}); choose another statsKey.`,
      );
    }
    info[this.#statsKey] = this.#statistics();
    info[`_${this.#statsKey}`] = this.#ended.slice();
    if (isSameStep) {
      for (let i = 0; i < rewards.length; i++) if (this.#ended[i] === 1) this.#begin(i);
    }
    return result;
  }

  #statistics() {
    const now = this.#now();
    const r = new Float64Array(this.numEnvs);
    const l = new Float64Array(this.numEnvs);
    const t = new Float64Array(this.numEnvs);
    for (let i = 0; i < r.length; i++) {
      if (this.#ended[i] !== 1) continue;
      r[i] = this.#returns[i]!;
      l[i] = this.#lengths[i]!;
      t[i] = Math.round((now - this.#starts[i]!) * 1e6) / 1e6;
      this.episodeCount += 1;
      this.#remember(this.returnQueue, r[i]!);
      this.#remember(this.lengthQueue, l[i]!);
      this.#remember(this.timeQueue, t[i]!);
    }
    return { r, l, t };
  }

  #remember(queue: number[], value: number): void {
    queue.push(value);
    if (queue.length > this.#bufferLength) queue.shift();
  }

  #begin(i: number): void {
    this.#returns[i] = 0;
    this.#lengths[i] = 0;
    this.#ended[i] = 0;
    this.#starts[i] = this.#now();
  }
}

interface StatisticsState {
  readonly returns: Float64Array;
  readonly lengths: Float64Array;
  readonly ended: Uint8Array;
  readonly return_queue: Float64Array;
  readonly length_queue: Float64Array;
  readonly episode_count: number;
}

/** The caller may use a mask again before the answer is there. */
function withMaskOfItsOwn(request: VectorResetOptions): VectorResetOptions {
  const mask = request.options?.["reset_mask"];
  if (!Array.isArray(mask) && !(mask instanceof Uint8Array)) return request;
  return { ...request, options: { ...request.options, reset_mask: mask.slice() } };
}
