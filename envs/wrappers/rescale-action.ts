import type { Env } from "../api/env.js";
import { InvalidBound } from "../api/errors.js";
import type { FloatArray } from "../api/space.js";
import { checkActionLength } from "../arguments.js";
import type { Box } from "../spaces/box.js";
import { ActionWrapper } from "./action-wrapper.js";
import { type Bound, type Rescaling, rescaling } from "./rescaling.js";
import { boxOf } from "./spaces-of.js";

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
    const map = rescaling(boxOf(env.actionSpace, "RescaleAction", "action"), low, high, "RescaleAction");
    const equal = map.box.low.findIndex((bound, i) => bound === map.box.high[i]);
    if (equal !== -1) {
      throw new InvalidBound(
        "rescale-bounds",
        `RescaleAction: low and high are both ${map.box.low[equal]} (component ${equal}): no action could be told from another.`,
      );
    }
    super(env, map.box as Box<Act>);
    this.#map = map;
  }

  protected override action(outer: Act): Act {
    const { gradient, intercept } = this.#map;
    checkActionLength(outer, gradient.length);
    // Storing the difference in the array rounds it to the array's precision.
    const inner = outer.map((value, i) => value - intercept[i]!);
    return inner.map((value, i) => value / gradient[i]!) as Act;
  }
}
