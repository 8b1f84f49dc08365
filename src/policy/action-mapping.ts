import type { BoxSpace } from "../../envs/api/space.js";
import { UsageError } from "../errors.js";

/**
 * How a sampled action becomes the environment's. "clip": clipped to the bounds. "rescale": clipped to ±1, then
 * mapped to the bounds. The log-prob stays that of the sampled action either way.
 */
export type ActionMapping = "clip" | "rescale";

/** What an environment takes, as data. */
export type ActionRange =
  | { readonly kind: "box"; readonly low: readonly number[]; readonly high: readonly number[] }
  /** The whole numbers start .. start + n - 1. */
  | { readonly kind: "discrete"; readonly n: number; readonly start: number };

/** Turns an action as it is stored into the environment's. The result of a box is reused by the next call. */
export interface ActionMap {
  toEnv(stored: Float32Array, offset: number): Float32Array | number;
}

/** Throws UsageError when rescaling is asked for and a bound is infinite. */
export function createActionMap(mapping: ActionMapping, range: ActionRange): ActionMap {
  if (range.kind === "discrete") return { toEnv: (stored, offset) => range.start + stored[offset]! };
  return new BoxActionMap(mapping, range);
}

/** The range of a space that a policy can act in. */
export function actionRangeOf(
  space: BoxSpace | { readonly kind: "discrete"; n: number; start: number },
): ActionRange {
  if (space.kind === "discrete") return { kind: "discrete", n: space.n, start: space.start };
  return { kind: "box", low: [...space.low], high: [...space.high] };
}

class BoxActionMap implements ActionMap {
  readonly #low: Float32Array;
  readonly #high: Float32Array;
  readonly #action: Float32Array;

  constructor(
    readonly mapping: ActionMapping,
    range: { readonly low: readonly number[]; readonly high: readonly number[] },
  ) {
    this.#low = Float32Array.from(range.low);
    this.#high = Float32Array.from(range.high);
    this.#action = new Float32Array(this.#low.length);
    const bounds = [...this.#low, ...this.#high];
    if (mapping === "rescale" && !bounds.every(Number.isFinite)) {
      throw new UsageError(
        "action-bounds",
        "action_mapping rescale needs finite action bounds; this environment's are infinite. Use clip.",
      );
    }
  }

  toEnv(sampled: Float32Array, offset: number): Float32Array {
    for (let j = 0; j < this.#action.length; j++) {
      const low = this.#low[j]!;
      const high = this.#high[j]!;
      const value = sampled[offset + j]!;
      this.#action[j] =
        this.mapping === "clip"
          ? Math.min(Math.max(value, low), high)
          : low + (high - low) * (0.5 * (Math.min(Math.max(value, -1), 1) + 1));
    }
    return this.#action;
  }
}
