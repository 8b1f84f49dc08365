import type { Env } from "../api/env.js";
import type { FloatArray } from "../api/space.js";
import { checkActionLength } from "../arguments.js";
import type { Box } from "../spaces/box.js";
import { ActionWrapper } from "./action-wrapper.js";
import { actionRescaling, type Bound, type Rescaling, unscaled } from "./rescaling.js";

/**
 * Shows actions in [low, high] and maps them onto the bounds of the environment inside; nothing is clipped.
 *
 * low, high: a number for every component or an array of the space's length, row-major.
 * Throws InvalidArgument when the environment's actions are no bounded Box or low exceeds high, InvalidBound when low
 * and high are equal somewhere.
 */
export class RescaleAction<Obs, Act extends FloatArray = Float32Array> extends ActionWrapper<Obs, Act> {
  readonly #map: Rescaling;

  constructor(env: Env<Obs, Act>, low: Bound, high: Bound) {
    const map = actionRescaling(env.actionSpace, low, high, "RescaleAction");
    super(env, map.box as Box<Act>);
    this.#map = map;
  }

  protected override action(outer: Act): Act {
    checkActionLength(outer, this.#map.gradient.length);
    return unscaled(outer, this.#map);
  }
}
