import type { BoxSpace } from "../api/space.js";
import { Box } from "../spaces/box.js";
import { boxOf, clipped, floatsOf } from "../wrappers/spaces-of.js";
import { VectorActionWrapper } from "./vector-action-wrapper.js";
import type { VectorEnv } from "./vector-env.js";

/**
 * Clips every action to the bounds of the sub-environments; the space shown has none.
 *
 * Throws InvalidArgument when the actions are no Box.
 */
export class ClipVectorAction extends VectorActionWrapper {
  readonly #bounds: BoxSpace;

  constructor(env: VectorEnv) {
    const bounds = boxOf(env.singleActionSpace, "ClipVectorAction", "action");
    super(env, new Box(-Infinity, Infinity, bounds.shape, bounds.dtype));
    this.#bounds = bounds;
  }

  protected override actions(outer: ArrayLike<number>): ArrayLike<number> {
    return clipped(floatsOf(this.#bounds, outer), this.#bounds);
  }
}
