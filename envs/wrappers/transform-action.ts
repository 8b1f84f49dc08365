import type { Env } from "../api/env.js";
import type { Space } from "../api/space.js";
import { ActionWrapper } from "./action-wrapper.js";

/**
 * Hands on what a function makes of every action.
 *
 * actionSpace: what the function takes; left out, the environment's own.
 */
export class TransformAction<Obs, Act, InnerAct = Act> extends ActionWrapper<Obs, Act, InnerAct> {
  readonly #transform: (action: Act) => InnerAct;

  constructor(
    env: Env<Obs, InnerAct>,
    transform: (action: Act) => InnerAct,
    actionSpace: Space<Act> = env.actionSpace as unknown as Space<Act>,
  ) {
    super(env, actionSpace);
    this.#transform = transform;
  }

  protected override action(outer: Act): InnerAct {
    return this.#transform(outer);
  }
}
