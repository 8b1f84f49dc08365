import {
  Box,
  type Env,
  type ResetResult,
  type Space,
  type StateTree,
  type StepResult,
} from "../../../envs/index.js";

export interface Script<Obs> {
  /** The first is a reset's. */
  readonly observations: readonly Obs[];
  readonly rewards?: readonly number[];
  /** Numbers of the steps, from 1, that end an episode. */
  readonly terminated?: readonly number[];
  readonly truncated?: readonly number[];
  readonly observationSpace?: Space<Obs>;
  readonly actionSpace?: Box<Float32Array>;
}

/** Plays written observations and rewards, so that what a wrapper makes of them can be said beforehand. */
export class ScriptedEnv<Obs> implements Env<Obs, Float32Array> {
  readonly observationSpace: Space<Obs>;
  readonly actionSpace: Box<Float32Array>;
  readonly metadata = { renderFps: 12 };
  readonly actions: Float32Array[] = [];
  #step = 0;

  constructor(readonly script: Script<Obs>) {
    const vector = script.observations[0] as { length: number };
    this.observationSpace =
      script.observationSpace ??
      (new Box(
        -Infinity,
        Infinity,
        [vector.length],
        vector instanceof Float32Array ? "float32" : "float64",
      ) as unknown as Space<Obs>);
    this.actionSpace = script.actionSpace ?? new Box<Float32Array>(-1, 1, [1]);
  }

  reset(): ResetResult<Obs> {
    this.#step = 0;
    return { observation: this.script.observations[0]!, info: {} };
  }

  step(action: Float32Array): StepResult<Obs> {
    this.actions.push(action);
    this.#step += 1;
    return {
      observation: this.script.observations[this.#step % this.script.observations.length]!,
      reward: this.script.rewards?.[this.#step - 1] ?? 0,
      terminated: this.script.terminated?.includes(this.#step) ?? false,
      truncated: this.script.truncated?.includes(this.#step) ?? false,
      info: {},
    };
  }

  close(): void {}

  state(): StateTree {
    return this.#step;
  }

  restore(state: StateTree): void {
    this.#step = state as number;
  }
}

export const NO_ACTION = Float32Array.of(0);

/** The observations of a reset and of `steps` steps after it. */
export function observationsOf<Obs>(env: Env<Obs, Float32Array>, steps: number): Obs[] {
  const first = env.reset().observation;
  return [first, ...Array.from({ length: steps }, () => env.step(NO_ACTION).observation)];
}
