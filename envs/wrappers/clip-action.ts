import type { Env } from "../api/env.js";
import type { BoxSpace, FloatArray } from "../api/space.js";
import { checkActionLength } from "../arguments.js";
import { Box } from "../spaces/box.js";
import { ActionWrapper } from "./action-wrapper.js";
import { boxOf, clipped } from "./spaces-of.js";

/** Clips every action to the bounds of the environment inside; the space shown has none. */
export class ClipAction<Obs, Act extends FloatArray = Float32Array> extends ActionWrapper<Obs, Act> {
  readonly #bounds: BoxSpace;

  /** Throws InvalidArgument when the actions are no Box. */
  constructor(env: Env<Obs, Act>) {
    const bounds = boxOf(env.actionSpace, "ClipAction", "action");
    super(env, new Box<Act>(-Infinity, Infinity, bounds.shape, bounds.dtype));
    this.#bounds = bounds;
  }

  protected override action(outer: Act): Act {
    checkActionLength(outer, this.#bounds.low.length);
    return clipped(outer, this.#bounds);
  }
}
