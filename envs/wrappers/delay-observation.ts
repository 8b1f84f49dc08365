import type { Env, ResetOptions, ResetResult } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import type { BoxSpace, FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { shown } from "../arguments.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { boxOf, zeroOf } from "./spaces-of.js";

/**
 * Shows every observation `delay` steps late; until then zeros, or what in the space is nearest to them.
 *
 * delay: a whole number of at least 0. Throws InvalidArgument otherwise, and when the observations are no Box.
 */
export class DelayObservation<Act, Obs extends FloatArray = Float32Array> extends ObservationWrapper<
  Obs,
  Act
> {
  readonly #inner: BoxSpace;
  #waiting: Obs[] = [];

  constructor(
    env: Env<Obs, Act>,
    readonly delay: number,
  ) {
    super(env, env.observationSpace);
    this.#inner = boxOf(env.observationSpace, "DelayObservation", "observation");
    if (Number.isSafeInteger(delay) && delay >= 0) return;
    throw new InvalidArgument(
      "delay",
      `DelayObservation: delay must be a whole number of at least 0, got ${shown(delay)}.`,
    );
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    this.#waiting = [];
    return super.reset(options);
  }

  protected override observation(inner: Obs): Obs {
    this.#waiting.push(inner);
    return this.#waiting.length > this.delay ? this.#waiting.shift()! : (zeroOf(this.#inner) as Obs);
  }

  protected override ownState(): StateTree {
    return { waiting: this.#waiting.map((observation) => observation.slice()) };
  }

  protected override restoreOwn(state: StateTree): void {
    this.#waiting = (state as { waiting: Obs[] }).waiting.map((observation) => observation.slice() as Obs);
  }
}
