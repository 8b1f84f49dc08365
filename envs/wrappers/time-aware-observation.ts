import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import type { FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";
import { Box } from "../spaces/box.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { arrayOf, boxOf } from "./spaces-of.js";
import { TimeLimit } from "./time-limit.js";

/** How the time is shown. */
export interface TimeAwareOptions {
  /** As a share of the limit, in [0, 1] and rounded to float32; false: steps since the reset. */
  readonly normalizeTime?: boolean;
}

/**
 * Shows every observation, flattened, followed by the time. float64, but float32 when the environment's own are float32
 * and the time is a share.
 *
 * Throws InvalidArgument when the observations are no Box or the environment has no time limit.
 */
export class TimeAwareObservation<Act> extends ObservationWrapper<FloatArray, Act, FloatArray> {
  readonly #space: Box;
  readonly #limit: number;
  readonly #isShare: boolean;
  #time = 0;

  constructor(env: Env<FloatArray, Act>, { normalizeTime = false }: TimeAwareOptions = {}) {
    const inner = boxOf(env.observationSpace, "TimeAwareObservation", "observation");
    const limit = limitOf(env);
    const space = new Box(
      [...inner.low, 0],
      [...inner.high, normalizeTime ? 1 : limit],
      [inner.low.length + 1],
      normalizeTime ? inner.dtype : "float64",
    );
    super(env, space);
    this.#space = space;
    this.#limit = limit;
    this.#isShare = normalizeTime;
  }

  override reset(options?: ResetOptions): ResetResult<FloatArray> {
    this.#time = 0;
    return super.reset(options);
  }

  override step(action: Act): StepResult<FloatArray> {
    this.#time += 1;
    return super.step(action);
  }

  protected override observation(inner: FloatArray): FloatArray {
    const timed = arrayOf(this.#space, inner.length + 1);
    timed.set(inner);
    timed[inner.length] = this.#isShare ? Math.fround(this.#time / this.#limit) : this.#time;
    return timed;
  }

  protected override ownState(): StateTree {
    return { time: this.#time };
  }

  protected override restoreOwn(state: StateTree): void {
    this.#time = (state as { time: number }).time;
  }
}

function limitOf(env: Pick<Env, "spec">): number {
  if (env.spec?.maxEpisodeSteps !== undefined) return env.spec.maxEpisodeSteps;
  for (let layer: unknown = env; layer instanceof Wrapper; layer = layer.env) {
    if (layer instanceof TimeLimit) return layer.maxEpisodeSteps;
  }
  throw new InvalidArgument(
    "time-aware",
    "TimeAwareObservation needs an environment with a time limit; wrap it in a TimeLimit first.",
  );
}
