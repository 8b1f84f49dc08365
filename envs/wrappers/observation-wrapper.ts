import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import type { Space } from "../api/space.js";
import { Wrapper } from "../api/wrapper.js";

/** Shows every observation of a reset or a step in another form, once. */
export abstract class ObservationWrapper<Obs, Act, InnerObs = Obs> extends Wrapper<Obs, Act, InnerObs> {
  readonly #space: Space<Obs>;

  constructor(env: Env<InnerObs, Act>, observationSpace: Space<Obs>) {
    super(env);
    this.#space = observationSpace;
  }

  override get observationSpace(): Space<Obs> {
    return this.#space;
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    const { observation, info } = this.env.reset(options);
    return { observation: this.observation(observation), info };
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    return { ...result, observation: this.observation(result.observation) };
  }

  protected abstract observation(inner: InnerObs): Obs;
}
