import {
  type AutoresetMode,
  Box,
  type FloatArray,
  type StateTree,
  type VectorEnv,
  type VectorInfo,
  type VectorReset,
  type VectorStep,
} from "../../../envs/index.js";

export interface VectorScript {
  readonly numEnvs: number;
  /** Batches, [numEnvs, size] flat; the first is a reset's. */
  readonly observations?: readonly FloatArray[];
  /** Of each step. */
  readonly rewards?: readonly (readonly number[])[];
  readonly terminated?: readonly (readonly boolean[])[];
  readonly truncated?: readonly (readonly boolean[])[];
  readonly autoreset?: AutoresetMode;
  readonly singleActionSpace?: Box;
  readonly info?: VectorInfo;
}

/** Plays written batches, so that what a vector wrapper makes of them can be said beforehand. */
export class ScriptedVectorEnv implements VectorEnv {
  readonly numEnvs: number;
  readonly autoreset: AutoresetMode;
  readonly singleObservationSpace: Box;
  readonly singleActionSpace: Box;
  readonly observationSpace: Box;
  readonly actionSpace: Box;
  readonly actions: ArrayLike<number>[] = [];
  #step = 0;

  constructor(readonly script: VectorScript) {
    const { numEnvs, autoreset = "next_step", observations = [new Float64Array(numEnvs)] } = script;
    const [first] = observations;
    const dtype = first instanceof Float32Array ? "float32" : "float64";
    const size = first!.length / numEnvs;
    const action = script.singleActionSpace ?? new Box(-1, 1, [1]);
    this.numEnvs = numEnvs;
    this.autoreset = autoreset;
    this.singleObservationSpace = new Box(-Infinity, Infinity, [size], dtype);
    this.observationSpace = new Box(-Infinity, Infinity, [numEnvs, size], dtype);
    this.singleActionSpace = action;
    this.actionSpace = new Box(-1, 1, [numEnvs, action.low.length]);
  }

  reset(): VectorReset {
    this.#step = 0;
    return { observations: this.#observations(), info: this.script.info ?? {} };
  }

  step(actions: ArrayLike<number>): VectorStep {
    this.actions.push(actions);
    const { rewards, terminated, truncated, numEnvs, info = {} } = this.script;
    const at = <T extends number | boolean>(batches: readonly (readonly T[])[] | undefined) =>
      Array.from({ length: numEnvs }, (_, i) => Number(batches?.[this.#step]?.[i] ?? 0));
    const step = {
      rewards: Float64Array.from(at(rewards)),
      terminations: Uint8Array.from(at(terminated)),
      truncations: Uint8Array.from(at(truncated)),
      info,
    };
    this.#step += 1;
    return { observations: this.#observations(), ...step };
  }

  call(): unknown[] {
    return [];
  }

  getAttr(): unknown[] {
    return [];
  }

  setAttr(): void {}

  state(): StateTree {
    return this.#step;
  }

  restore(state: StateTree): void {
    this.#step = state as number;
  }

  close(): void {}

  #observations(): FloatArray {
    const batches = this.script.observations ?? [new Float64Array(this.numEnvs)];
    return batches[this.#step % batches.length]!;
  }
}
