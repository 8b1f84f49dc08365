import type { Env, StepResult } from "../api/env.js";
import type { Space } from "../api/space.js";
import { Wrapper } from "../api/wrapper.js";

/** Hands every action on in another form. */
export abstract class ActionWrapper<Obs, Act, InnerAct = Act> extends Wrapper<Obs, Act, Obs, InnerAct> {
  readonly #space: Space<Act>;

  constructor(env: Env<Obs, InnerAct>, actionSpace: Space<Act>) {
    super(env);
    this.#space = actionSpace;
  }

  override get actionSpace(): Space<Act> {
    return this.#space;
  }

  override step(action: Act): StepResult<Obs> {
    return this.env.step(this.action(action));
  }

  protected abstract action(outer: Act): InnerAct;
}
