import type { Env, StepResult } from "../api/env.js";
import { Wrapper } from "../api/wrapper.js";

/** Gives what a function makes of every reward. */
export class TransformReward<Obs, Act> extends Wrapper<Obs, Act> {
  readonly #transform: (reward: number) => number;

  constructor(env: Env<Obs, Act>, transform: (reward: number) => number) {
    super(env);
    this.#transform = transform;
  }

  override step(action: Act): StepResult<Obs> {
    const result = super.step(action);
    return { ...result, reward: this.#transform(result.reward) };
  }
}
