import type { ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { ResetNeeded } from "../api/errors.js";
import { flag, readState } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";

/** Refuses a step before the first reset. */
export class OrderEnforcing<Obs, Act> extends Wrapper<Obs, Act> {
  #hasReset = false;

  override reset(options?: ResetOptions): ResetResult<Obs> {
    this.#hasReset = true;
    return super.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    if (!this.#hasReset) throw new ResetNeeded("reset-needed", "step() was called before the first reset().");
    return super.step(action);
  }

  protected override ownState(): StateTree {
    return { has_reset: this.#hasReset };
  }

  protected override restoreOwn(state: StateTree): void {
    this.#hasReset = readState("the order of calls", state, { has_reset: flag }).has_reset;
  }
}
