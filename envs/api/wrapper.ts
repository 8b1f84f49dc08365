import { UsageError } from "../../src/errors.js";
import type { Env, EnvDescription, EnvMetadata, ResetOptions, ResetResult, StepResult } from "./env.js";
import { anyState, readState } from "./saved-state.js";
import type { Space } from "./space.js";
import type { StateTree } from "./state.js";

/**
 * Forwards everything to the environment inside; a wrapper overrides what it changes.
 *
 * One that takes other actions or gives other observations than the environment inside (InnerObs, InnerAct) overrides
 * the space, and `step` (and `reset`) with it: what is forwarded as it is has the inner type.
 */
export class Wrapper<Obs, Act, InnerObs = Obs, InnerAct = Act> implements Env<Obs, Act> {
  /** Throws UsageError for what is no environment. */
  constructor(readonly env: Env<InnerObs, InnerAct>) {
    requireEnv(env, new.target.name);
  }

  get observationSpace(): Space<Obs> {
    return this.#same.observationSpace;
  }

  get actionSpace(): Space<Act> {
    return this.#same.actionSpace;
  }

  get spec(): EnvDescription | undefined {
    return this.env.spec;
  }

  get metadata(): EnvMetadata | undefined {
    return this.env.metadata;
  }

  /** The environment inside all wrappers. */
  get unwrapped(): Env<unknown, unknown> {
    return this.env instanceof Wrapper ? this.env.unwrapped : this.env;
  }

  reset(options?: ResetOptions): ResetResult<Obs> {
    return this.#same.reset(options);
  }

  step(action: Act): StepResult<Obs> {
    return this.#same.step(action);
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
      const saved = readState("the environment's wrapper", state, { inner: anyState, own: anyState });
      inner(saved.inner);
      this.restoreOwn(saved.own);
    };
  }

  /** What the wrapper itself carries from step to step. */
  protected ownState(): StateTree {
    return null;
  }

  protected restoreOwn(_state: StateTree): void {}

  /** The environment inside as one of the outer types, for a wrapper that changes neither. */
  get #same(): Env<Obs, Act> {
    return this.env as unknown as Env<Obs, Act>;
  }
}

/** The two usual slips: a promise that was not awaited, and a vector of environments. */
function requireEnv(env: object, wrapper: string): void {
  if (typeof (env as { then?: unknown }).then === "function") {
    throw new UsageError("wrapper-env", `${wrapper} was given a promise; await make(…) first.`);
  }
  if ("numEnvs" in env) {
    throw new UsageError(
      "wrapper-env",
      `${wrapper} was given a vector of environments; wrap each (makeVec's wrappers), or use a wrapper for vectors.`,
    );
  }
}
