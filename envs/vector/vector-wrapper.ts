import type { StateTree } from "../api/state.js";
import type { Awaitable, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "./vector-env.js";

/** Holds a vector environment and forwards everything but `reset` and `step`, whose results a wrapper may type anew. */
export abstract class VectorHolder {
  constructor(readonly env: VectorEnv) {}

  get numEnvs() {
    return this.env.numEnvs;
  }

  get autoreset() {
    return this.env.autoreset;
  }

  get singleObservationSpace() {
    return this.env.singleObservationSpace;
  }

  get singleActionSpace() {
    return this.env.singleActionSpace;
  }

  get observationSpace() {
    return this.env.observationSpace;
  }

  get actionSpace() {
    return this.env.actionSpace;
  }

  call(name: string, ...args: unknown[]): Awaitable<unknown[]> {
    return this.env.call(name, ...args);
  }

  getAttr(name: string): Awaitable<unknown[]> {
    return this.env.getAttr(name);
  }

  setAttr(name: string, values: unknown): Awaitable<void> {
    return this.env.setAttr(name, values);
  }

  state(): Awaitable<StateTree> {
    return andThen(this.env.state(), (inner) => ({ inner, own: this.ownState() }));
  }

  restore(state: StateTree): Awaitable<void> {
    const { inner, own } = state as { inner: StateTree; own: StateTree };
    return andThen(this.env.restore(inner), () => this.restoreOwn(own));
  }

  close(): Awaitable<void> {
    return this.env.close();
  }

  /** What the wrapper itself carries from step to step. */
  protected ownState(): StateTree {
    return null;
  }

  protected restoreOwn(_state: StateTree): void {}
}

/** Forwards everything to the vector environment inside; a wrapper overrides what it changes. */
export class VectorWrapper extends VectorHolder implements VectorEnv {
  reset(options?: VectorResetOptions): Awaitable<VectorReset> {
    return this.env.reset(options);
  }

  step(actions: ArrayLike<number>): Awaitable<VectorStep> {
    return this.env.step(actions);
  }
}

/** Goes on at once with a value that is there, later with one that is promised. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => U): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
