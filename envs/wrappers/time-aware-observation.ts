import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import { readState, wholeNumber } from "../api/saved-state.js";
import type { FloatArray, Space } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";
import { Box } from "../spaces/box.js";
import { Dict } from "../spaces/dict.js";
import { IntegerBox } from "../spaces/integer-box.js";
import { flattening } from "./flattening.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { boxOf } from "./spaces-of.js";
import { TimeLimit } from "./time-limit.js";

/** How the time is shown. */
export interface TimeAwareOptions<Flat extends boolean = boolean> {
  /** true: one vector, the time last; false: `{ obs, time }`. Default true. */
  readonly flatten?: Flat;
  /** As a share of the limit, in [0, 1] and rounded to float32; false: steps since the reset. */
  readonly normalizeTime?: boolean;
}

/** An observation beside the time: one number, a Float32Array where it is a share of the limit, else an Int32Array. */
export interface TimedObservation {
  readonly obs: FloatArray;
  readonly time: Int32Array | Float32Array;
}

type Shown<Flat extends boolean> = Flat extends false ? TimedObservation : FloatArray;

/**
 * Shows every observation with the time: flattened, followed by it, float64, but float32 when the environment's own are
 * float32 and the time is a share; or, with `flatten: false`, as a Dict of both.
 *
 * Throws InvalidArgument when the observations are no Box or the environment has no time limit.
 */
export class TimeAwareObservation<Act, Flat extends boolean = true> extends ObservationWrapper<
  Shown<Flat>,
  Act,
  FloatArray
> {
  readonly #shown: (timed: TimedObservation) => TimedObservation | FloatArray;
  readonly #limit: number;
  readonly #isShare: boolean;
  #time = 0;

  constructor(env: Env<FloatArray, Act>, options: TimeAwareOptions<Flat> = {}) {
    const { flatten = true, normalizeTime = false } = options;
    boxOf(env.observationSpace, "TimeAwareObservation", "observation");
    const limit = limitOf(env);
    const time: Space<Int32Array | Float32Array> = normalizeTime
      ? new Box<Float32Array>(0, 1, [1])
      : new IntegerBox([0], [limit], [1]);
    const timed = new Dict<TimedObservation>({ obs: env.observationSpace, time });
    const { space, flat } = flattening(timed);
    super(env, (flatten ? space : timed) as Space<unknown> as Space<Shown<Flat>>);
    this.#shown = flatten ? flat : (observation) => observation;
    this.#limit = limit;
    this.#isShare = normalizeTime;
  }

  override reset(options?: ResetOptions): ResetResult<Shown<Flat>> {
    this.#time = 0;
    return super.reset(options);
  }

  override step(action: Act): StepResult<Shown<Flat>> {
    this.#time += 1;
    return super.step(action);
  }

  protected override observation(obs: FloatArray): Shown<Flat> {
    const time = this.#isShare ? Float32Array.of(this.#time / this.#limit) : Int32Array.of(this.#time);
    return this.#shown({ obs, time }) as Shown<Flat>;
  }

  protected override ownState(): StateTree {
    return { time: this.#time };
  }

  protected override restoreOwn(state: StateTree): void {
    this.#time = readState("TimeAwareObservation", state, { time: wholeNumber }).time;
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
