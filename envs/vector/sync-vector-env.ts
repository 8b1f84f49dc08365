import type { StateTree } from "../api/state.js";
import type { AnyEnv } from "../registry.js";
import { spacesOf } from "./batch-spaces.js";
import { readResetRequest } from "./reset-request.js";
import { SubEnvs } from "./sub-envs.js";
import { VectorBase } from "./vector-base.js";
import { checkNumEnvs, VectorCore, type VectorSettings } from "./vector-core.js";
import type { VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "./vector-env.js";

/** Environments stepped one after the other in the calling thread; its calls answer at once. */
export class SyncVectorEnv extends VectorBase implements VectorEnv {
  readonly #subEnvs: SubEnvs;

  /** Takes the environments over: `close` closes them. Throws UnbatchableSpaces when their spaces differ. */
  constructor(
    readonly envs: readonly AnyEnv[],
    settings: Partial<VectorSettings> = {},
  ) {
    checkNumEnvs(envs.length);
    const { autoreset = "next_step", copy = true } = settings;
    super(new VectorCore(envs.map(spacesOf), { autoreset, copy }, (bytes) => new ArrayBuffer(bytes)));
    this.#subEnvs = new SubEnvs(envs, 0, this.core.shape, this.core.buffers, autoreset);
  }

  /** Throws ClosedEnvironment, InvalidVectorArgument, or what a sub-environment throws. */
  reset(options: VectorResetOptions = {}): VectorReset {
    this.core.checkOpen("reset");
    return this.core.resetResult(this.#subEnvs.reset(readResetRequest(options, this.numEnvs)));
  }

  /** Throws ClosedEnvironment, InvalidAction, StepAfterEnd (autoreset disabled), or what a sub-environment throws. */
  step(actions: ArrayLike<number>): VectorStep {
    this.core.checkOpen("step");
    this.core.takeActions(actions);
    return this.core.stepResult(this.#subEnvs.step());
  }

  /** Throws ClosedEnvironment, MissingAttribute, InvalidVectorArgument for `reset`, `step`, `restore` and `close`, or what the method throws. */
  call(name: string, ...args: unknown[]): unknown[] {
    this.core.checkOpen("call");
    return this.#subEnvs.call(name, args);
  }

  /** Throws as `call`. */
  getAttr(name: string): unknown[] {
    this.core.checkOpen("getAttr");
    return this.#subEnvs.call(name, []);
  }

  /** Throws ClosedEnvironment, MissingAttribute, or InvalidVectorArgument when the list has another length or the name is read-only. */
  setAttr(name: string, values: unknown): void {
    this.core.checkOpen("setAttr");
    this.#subEnvs.setAttr(name, this.core.valuesFor(name, values));
  }

  /** Throws ClosedEnvironment, or UnsavableVector when a sub-environment has no state. */
  state(): StateTree {
    this.core.checkOpen("state");
    return this.core.state(this.#subEnvs.state());
  }

  /** Throws ClosedEnvironment, or UnsavableVector when the state is of another number of environments. */
  restore(state: StateTree): void {
    this.core.checkOpen("restore");
    const saved = this.core.readState(state);
    this.#subEnvs.restore(saved.envs);
    this.core.restoreBuffers(saved);
  }

  close(): void {
    if (this.core.isClosed) return;
    this.core.isClosed = true;
    this.#subEnvs.close();
  }
}
