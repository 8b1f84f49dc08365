import { ShapeError } from "../../src/errors.js";
import type { ResetResult, StepResult } from "../api/env.js";
import type { StateTree } from "../api/state.js";
import type { AnyEnv } from "../registry.js";
import { UnsavableVector } from "./errors.js";
import type { ResetRequest } from "./reset-request.js";
import { callEnv, setEnvAttribute } from "./sub-env-attributes.js";
import type { VectorBuffers, VectorShape } from "./vector-buffers.js";
import type { AutoresetMode, BatchArray } from "./vector-env.js";
import type { IndexedInfo } from "./vector-info.js";

/**
 * A contiguous part of a vector's environments, stepped one after the other into the vector's buffers. In-process
 * vectors have one such part, threaded ones one per worker: so both give the same bits.
 *
 * Whether an environment waits for its reset is read from its flags of the last step, so there is nothing else to save.
 */
export class SubEnvs {
  readonly #envs: readonly AnyEnv[];
  readonly #first: number;
  readonly #buffers: VectorBuffers;
  readonly #autoreset: AutoresetMode;
  readonly #shape: VectorShape;

  /** first: the index in the vector of the first of `envs`. */
  constructor(
    envs: readonly AnyEnv[],
    first: number,
    shape: VectorShape,
    buffers: VectorBuffers,
    autoreset: AutoresetMode,
  ) {
    this.#envs = envs;
    this.#first = first;
    this.#buffers = buffers;
    this.#autoreset = autoreset;
    this.#shape = shape;
  }

  /** Resets the masked environments, in order, and clears their flags. */
  reset({ seeds, mask, options }: ResetRequest): IndexedInfo[] {
    const { terminations, truncations } = this.#buffers;
    const infos: IndexedInfo[] = [];
    this.#envs.forEach((env, k) => {
      const index = this.#first + k;
      if (mask[index] !== 1) return;
      const seed = seeds[index];
      const { observation, info }: ResetResult<number | BatchArray> = env.reset({
        ...(seed === undefined ? {} : { seed }),
        // A copy each: what one environment does to its options is not for the next to see.
        ...(options === undefined ? {} : { options: { ...options } }),
      });
      this.#observe(index, observation);
      terminations[index] = 0;
      truncations[index] = 0;
      infos.push({ index, info });
    });
    return infos;
  }

  /** Steps every environment with the actions in the buffers. */
  step(): IndexedInfo[] {
    const infos: IndexedInfo[] = [];
    this.#envs.forEach((env, k) => {
      this.#stepOne(env, this.#first + k, infos);
    });
    return infos;
  }

  call(name: string, args: readonly unknown[]): unknown[] {
    return this.#envs.map((env, k) => callEnv(env, this.#first + k, name, args));
  }

  /** Takes the values of these environments only. */
  setAttr(name: string, values: readonly unknown[]): void {
    this.#envs.forEach((env, k) => {
      setEnvAttribute(env, this.#first + k, name, values[k]);
    });
  }

  state(): StateTree[] {
    return this.#envs.map((env, k) => {
      if (env.state === undefined) throw unsavable(this.#first + k);
      return env.state();
    });
  }

  /** Takes the states of these environments only. */
  restore(states: readonly StateTree[]): void {
    this.#envs.forEach((env, k) => {
      if (env.restore === undefined) throw unsavable(this.#first + k);
      env.restore(states[k]!);
    });
  }

  close(): void {
    for (const env of this.#envs) env.close();
  }

  #stepOne(env: AnyEnv, index: number, infos: IndexedInfo[]): void {
    const { rewards, terminations, truncations } = this.#buffers;
    if (this.#autoreset === "next_step" && (terminations[index] === 1 || truncations[index] === 1)) {
      const { observation, info }: ResetResult<number | BatchArray> = env.reset();
      this.#observe(index, observation);
      rewards[index] = 0;
      terminations[index] = 0;
      truncations[index] = 0;
      infos.push({ index, info });
      return;
    }
    const step: StepResult<number | BatchArray> = env.step(this.#action(index));
    rewards[index] = step.reward;
    terminations[index] = Number(step.terminated);
    truncations[index] = Number(step.truncated);
    if (this.#autoreset === "same_step" && (step.terminated || step.truncated)) {
      infos.push({ index, info: { final_obs: step.observation, final_info: step.info } });
      const { observation, info }: ResetResult<number | BatchArray> = env.reset();
      this.#observe(index, observation);
      infos.push({ index, info });
      return;
    }
    this.#observe(index, step.observation);
    infos.push({ index, info: step.info });
  }

  /** A choice, or an array of its own: an environment may keep its last action. */
  #action(index: number): number | BatchArray {
    const { actionSize, isChoice } = this.#shape;
    const { actions } = this.#buffers;
    return isChoice ? actions[index]! : actions.slice(index * actionSize, (index + 1) * actionSize);
  }

  #observe(index: number, observation: number | BatchArray): void {
    const row = typeof observation === "number" ? [observation] : observation;
    if (row.length !== this.#shape.observationSize) {
      throw new ShapeError(
        `Sub-environment ${index} gave an observation of ${row.length} numbers; its space has ${this.#shape.observationSize}.`,
      );
    }
    this.#buffers.observations.set(row, index * this.#shape.observationSize);
  }
}

function unsavable(index: number): UnsavableVector {
  return new UnsavableVector(
    "vector-state",
    `Sub-environment ${index} has no state and restore: this vector environment can't be saved.`,
  );
}
