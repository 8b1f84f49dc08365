import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { InvalidArgument } from "../api/errors.js";
import type { BoxSpace, FloatArray, Space } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Wrapper } from "../api/wrapper.js";
import { shown } from "../arguments.js";
import { Box } from "../spaces/box.js";
import { arrayOf, boxOf, zeroOf } from "./spaces-of.js";

/**
 * Shows the last `stackSize` observations as one array [stackSize, ...], oldest first.
 *
 * padding: what stands before a reset's observation: the observation itself ("reset"), zeros ("zero": what in the space
 * is nearest), or an observation of the space.
 * Throws InvalidArgument when stackSize is not a whole number of at least 1, when the observations are no Box, or when
 * the padding is not one of the above.
 */
export class FrameStackObservation<Act, Obs extends FloatArray = Float32Array> extends Wrapper<Obs, Act> {
  readonly #space: Box<Obs>;
  readonly #inner: BoxSpace;
  /** Absent for "reset". */
  readonly #padding: FloatArray | undefined;
  #frames: FloatArray[];

  constructor(
    env: Env<Obs, Act>,
    readonly stackSize: number,
    padding: "reset" | "zero" | Obs = "reset",
  ) {
    super(env);
    if (!Number.isSafeInteger(stackSize) || stackSize < 1) {
      throw new InvalidArgument(
        "frame-stack",
        `FrameStackObservation: stackSize must be a whole number of at least 1, got ${shown(stackSize)}.`,
      );
    }
    const space = boxOf(env.observationSpace, "FrameStackObservation", "observation");
    const repeated = (bounds: FloatArray) => Array.from({ length: stackSize }, () => [...bounds]).flat();
    this.#space = new Box<Obs>(
      repeated(space.low),
      repeated(space.high),
      [stackSize, ...space.shape],
      space.dtype,
    );
    this.#inner = space;
    this.#padding = padding === "reset" ? undefined : paddingOf(space, padding);
    this.#frames = Array.from({ length: stackSize }, () => this.#padding ?? zeroOf(space));
  }

  override get observationSpace(): Space<Obs> {
    return this.#space;
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    const { observation, info } = super.reset(options);
    this.#frames = this.#frames.map(() => this.#padding ?? observation);
    return { observation: this.#stacked(observation), info };
  }

  override step(action: Act): StepResult<Obs> {
    const result = super.step(action);
    return { ...result, observation: this.#stacked(result.observation) };
  }

  #stacked(latest: Obs): Obs {
    this.#frames = [...this.#frames.slice(1), latest];
    const size = this.#inner.low.length;
    const stack = arrayOf(this.#inner, size * this.stackSize);
    this.#frames.forEach((frame, i) => {
      stack.set(frame, i * size);
    });
    return stack as Obs;
  }

  protected override ownState(): StateTree {
    return { frames: this.#frames.map((frame) => frame.slice()) };
  }

  protected override restoreOwn(state: StateTree): void {
    this.#frames = (state as { frames: FloatArray[] }).frames.map((frame) => frame.slice());
  }
}

function paddingOf(space: BoxSpace, padding: "zero" | FloatArray): FloatArray {
  if (padding === "zero") return zeroOf(space);
  if (space.contains(padding)) return padding.slice();
  throw new InvalidArgument(
    "frame-stack",
    `FrameStackObservation: padding must be "reset", "zero" or an observation of ${space}, got ${shown(padding)}.`,
  );
}
