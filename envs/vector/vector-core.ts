import { InvalidAction } from "../api/errors.js";
import type { StateTree } from "../api/state.js";
import { shown } from "../arguments.js";
import { batchedSpace, commonSpaces, type EnvSpaces, rowOf, singleSpace } from "./batch-spaces.js";
import { ClosedEnvironment, InvalidVectorArgument, StepAfterEnd, UnsavableVector } from "./errors.js";
import { bufferBytes, type VectorBuffers, type VectorShape, viewBuffers } from "./vector-buffers.js";
import type {
  AutoresetMode,
  BatchArray,
  BatchedSpace,
  SingleSpace,
  VectorReset,
  VectorStep,
} from "./vector-env.js";
import { batchInfos, type IndexedInfo } from "./vector-info.js";

export const AUTORESET_MODES: readonly AutoresetMode[] = ["next_step", "same_step", "disabled"];

export interface VectorSettings {
  readonly autoreset: AutoresetMode;
  /** false: `observations` of a result is the vector's own buffer, overwritten by the next call. */
  readonly copy: boolean;
}

/** What every vector environment has, wherever its sub-environments run: spaces, buffers, checks, results. */
export class VectorCore {
  readonly shape: VectorShape;
  /** What the buffers lie in. */
  readonly memory: ArrayBufferLike;
  readonly buffers: VectorBuffers;
  readonly singleObservationSpace: SingleSpace;
  readonly singleActionSpace: SingleSpace;
  readonly observationSpace: BatchedSpace;
  readonly actionSpace: BatchedSpace;
  isClosed = false;

  /** spaces: one entry per sub-environment. allocate: memory of so many bytes, zeroed, for the buffers. */
  constructor(
    spaces: readonly EnvSpaces[],
    readonly settings: VectorSettings,
    allocate: (bytes: number) => ArrayBufferLike,
  ) {
    const { observation, action } = commonSpaces(spaces);
    const [observed, taken] = [rowOf(observation), rowOf(action)];
    this.shape = {
      numEnvs: spaces.length,
      observationSize: observed.size,
      observationType: observed.type,
      actionSize: taken.size,
      actionType: taken.type,
      isChoice: action.kind === "discrete",
    };
    this.memory = allocate(bufferBytes(this.shape));
    this.buffers = viewBuffers(this.memory, this.shape);
    this.singleObservationSpace = singleSpace(observation);
    this.singleActionSpace = singleSpace(action);
    this.observationSpace = batchedSpace(observation, spaces.length);
    this.actionSpace = batchedSpace(action, spaces.length);
  }

  /** Throws ClosedEnvironment after `close`. */
  checkOpen(call: string): void {
    if (this.isClosed) throw new ClosedEnvironment(call);
  }

  /**
   * Takes the actions of a step. Before anything is stepped: throws InvalidAction on another length or a choice that is no whole number, and with autoreset
   * disabled StepAfterEnd naming the indices that need a reset.
   */
  takeActions(actions: ArrayLike<number>): void {
    const { numEnvs, actionSize } = this.shape;
    if (actions.length !== numEnvs * actionSize) {
      throw new InvalidAction(
        "vector-actions",
        `Actions must be ${numEnvs * actionSize} numbers (${numEnvs} sub-environments, ${actionSize} each), ` +
          `got ${actions.length}.`,
      );
    }
    if (this.settings.autoreset === "disabled") {
      const { terminations, truncations } = this.buffers;
      const ended = [...terminations.keys()].filter((i) => terminations[i] === 1 || truncations[i] === 1);
      if (ended.length > 0) throw new StepAfterEnd(ended);
    }
    const { actionType } = this.shape;
    const broken = actionType === "int32" ? Array.from(actions).findIndex((a) => (a | 0) !== a) : -1;
    if (broken !== -1) {
      throw new InvalidAction(
        "vector-actions",
        `A choice is a whole number of 32 bits; the one of sub-environment ${Math.floor(broken / actionSize)} is ${actions[broken]}.`,
      );
    }
    this.buffers.actions.set(actions);
  }

  /** One value for each sub-environment. Throws InvalidVectorArgument when a list has another length. */
  valuesFor(name: string, values: unknown): readonly unknown[] {
    const { numEnvs } = this.shape;
    if (!Array.isArray(values)) return new Array<unknown>(numEnvs).fill(values);
    if (values.length === numEnvs) return values;
    throw new InvalidVectorArgument(
      "vector-set",
      `setAttr("${name}") takes one value for all, or a list of ${numEnvs}, one per sub-environment; got a list of ${values.length}.`,
    );
  }

  resetResult(infos: readonly IndexedInfo[]): VectorReset {
    return { observations: this.#observations(), info: batchInfos(infos, this.shape.numEnvs) };
  }

  stepResult(infos: readonly IndexedInfo[]): VectorStep {
    const { rewards, terminations, truncations } = this.buffers;
    return {
      observations: this.#observations(),
      // Out of shared memory, so that every consumer takes them.
      rewards: Float64Array.from(rewards),
      terminations: Uint8Array.from(terminations),
      truncations: Uint8Array.from(truncations),
      info: batchInfos(infos, this.shape.numEnvs),
    };
  }

  /** Flags are part of the state because pending resets follow from them, observations because masked resets repeat them. */
  state(envs: readonly StateTree[]): StateTree {
    const { observations, terminations, truncations } = this.buffers;
    return {
      observations: observations.slice(),
      terminations: terminations.slice(),
      truncations: truncations.slice(),
      envs,
    };
  }

  /** Throws UnsavableVector when the state is not of as many environments with as large observations. */
  readState(state: StateTree): VectorState {
    const saved = state as unknown as VectorState;
    const { observations, terminations } = this.buffers;
    if (saved.envs?.length !== terminations.length || saved.observations.length !== observations.length) {
      throw new UnsavableVector(
        "vector-state",
        `The state is of ${saved.envs?.length ?? "no"} sub-environments and ${saved.observations?.length ?? "no"} ` +
          `observed numbers; this vector environment has ${terminations.length} and ${observations.length}.`,
      );
    }
    return saved;
  }

  restoreBuffers(saved: VectorState): void {
    this.buffers.observations.set(saved.observations);
    this.buffers.terminations.set(saved.terminations);
    this.buffers.truncations.set(saved.truncations);
  }

  #observations() {
    const { observations } = this.buffers;
    return this.settings.copy ? observations.slice() : observations;
  }
}

export interface VectorState {
  readonly observations: BatchArray;
  readonly terminations: Uint8Array;
  readonly truncations: Uint8Array;
  readonly envs: readonly StateTree[];
}

/** Throws InvalidVectorArgument when the number can't be one of sub-environments. */
export function checkNumEnvs(numEnvs: unknown): void {
  if (Number.isSafeInteger(numEnvs) && (numEnvs as number) >= 1) return;
  throw new InvalidVectorArgument(
    "vector-num-envs",
    `numEnvs must be a whole number of at least 1, got ${shown(numEnvs)}.`,
  );
}
