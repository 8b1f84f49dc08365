import type { Env, EnvDescription, ResetOptions, ResetResult, StepResult } from "./env.js";
import type { Space } from "./space.js";
import type { StateTree } from "./state.js";

/** Forwards everything to the environment inside; a wrapper overrides what it changes. */
export class Wrapper<Obs, Act> implements Env<Obs, Act> {
  constructor(readonly env: Env<Obs, Act>) {}

  get observationSpace(): Space<Obs> {
    return this.env.observationSpace;
  }

  get actionSpace(): Space<Act> {
    return this.env.actionSpace;
  }

  get spec(): EnvDescription | undefined {
    return this.env.spec;
  }

  reset(options?: ResetOptions): ResetResult<Obs> {
    return this.env.reset(options);
  }

  step(action: Act): StepResult<Obs> {
    return this.env.step(action);
  }

  close(): void {
    this.env.close();
  }

  /** Present only where the environment inside can be saved. */
  get state(): (() => StateTree) | undefined {
    const inner = this.env.state?.bind(this.env);
    return inner === undefined ? undefined : () => ({ inner: inner(), own: this.ownState() });
  }

  get restore(): ((state: StateTree) => void) | undefined {
    const inner = this.env.restore?.bind(this.env);
    if (inner === undefined) return undefined;
    return (state) => {
      const saved = state as { inner: StateTree; own: StateTree };
      inner(saved.inner);
      this.restoreOwn(saved.own);
    };
  }

  /** What the wrapper itself carries from step to step. */
  protected ownState(): StateTree {
    return null;
  }

  protected restoreOwn(_state: StateTree): void {}
}
