import { actionRescaling, type Bound, type Rescaling, unscaled } from "../wrappers/rescaling.js";
import { floatsOf } from "../wrappers/spaces-of.js";
import { VectorActionWrapper } from "./vector-action-wrapper.js";
import type { VectorEnv } from "./vector-env.js";

/**
 * Shows actions in [low, high] and maps them onto the bounds of the sub-environments; nothing is clipped.
 *
 * low, high: a number for every component or an array of the single space's length.
 * Throws InvalidArgument when the actions are no bounded Box or low exceeds high, InvalidBound when low and high are
 * equal somewhere.
 */
export class RescaleVectorAction extends VectorActionWrapper {
  readonly #map: Rescaling;

  constructor(env: VectorEnv, low: Bound, high: Bound) {
    const map = actionRescaling(env.singleActionSpace, low, high, "RescaleVectorAction");
    super(env, map.box);
    this.#map = map;
  }

  protected override actions(outer: ArrayLike<number>): ArrayLike<number> {
    return unscaled(floatsOf(this.#map.box, outer), this.#map);
  }
}
