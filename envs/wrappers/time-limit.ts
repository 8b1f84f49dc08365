import type { Env, EnvDescription, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import { readState, wholeNumber } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";
import { shown } from "../arguments.js";

/** Truncates an episode after `maxEpisodeSteps` steps; termination is passed through unchanged. */
export class TimeLimit<Obs, Act> extends Wrapper<Obs, Act> {
  #elapsed = 0;

  constructor(
    env: Env<Obs, Act>,
    readonly maxEpisodeSteps: number,
  ) {
    super(env);
    checkStepLimit(maxEpisodeSteps);
  }

  /** With this limit, which is what counts from outside. */
  override get spec(): EnvDescription | undefined {
    const { spec } = this.env;
    return spec === undefined ? undefined : { ...spec, maxEpisodeSteps: this.maxEpisodeSteps };
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    this.#elapsed = 0;
    return super.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    const result = super.step(action);
    this.#elapsed += 1;
    if (this.#elapsed >= this.maxEpisodeSteps) result.truncated = true;
    return result;
  }

  protected override ownState(): StateTree {
    return { elapsed: this.#elapsed };
  }

  protected override restoreOwn(state: StateTree): void {
    this.#elapsed = readState("the time limit", state, { elapsed: wholeNumber }).elapsed;
  }
}

/** The limit, if it is one that an episode can have; throws InvalidArgument otherwise. */
export function checkStepLimit(limit: unknown): number {
  if (Number.isSafeInteger(limit) && (limit as number) >= 1) return limit as number;
  throw new InvalidArgument(
    "max-episode-steps",
    `max_episode_steps must be a whole number of at least 1, or -1 for no limit; got ${shown(limit)}.`,
  );
}
