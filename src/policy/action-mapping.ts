import type { BoxSpace } from "../../envs/api/space.js";
import { UsageError } from "../errors.js";

/**
 * How a sampled action becomes the environment's. "clip": clipped to the bounds. "rescale": clipped to ±1, then
 * mapped to the bounds. The log-prob stays that of the sampled action either way.
 */
export type ActionMapping = "clip" | "rescale";

/** Maps sampled actions to the environment's, float32. */
export class ActionMap {
  readonly size: number;
  readonly #low: Float32Array;
  readonly #high: Float32Array;

  /** Throws UsageError when rescaling is asked for and a bound is infinite. */
  constructor(
    readonly mapping: ActionMapping,
    space: Pick<BoxSpace, "low" | "high">,
  ) {
    this.size = space.low.length;
    this.#low = Float32Array.from(space.low);
    this.#high = Float32Array.from(space.high);
    const bounds = [...this.#low, ...this.#high];
    if (mapping === "rescale" && !bounds.every(Number.isFinite)) {
      throw new UsageError(
        "action-bounds",
        "action_mapping rescale needs finite action bounds; this environment's are infinite. Use clip.",
      );
    }
  }

  /** sampled: read at offset, `size` numbers. out: [size]. */
  apply(sampled: Float32Array, offset: number, out: Float32Array): void {
    for (let j = 0; j < this.size; j++) {
      const low = this.#low[j]!;
      const high = this.#high[j]!;
      const value = sampled[offset + j]!;
      if (this.mapping === "clip") out[j] = Math.min(Math.max(value, low), high);
      else out[j] = low + (high - low) * (0.5 * (Math.min(Math.max(value, -1), 1) + 1));
    }
  }
}
