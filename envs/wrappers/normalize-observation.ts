import type { Env } from "../api/env.js";
import type { FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Box } from "../spaces/box.js";
import { normalized, normalizerState, restoreNormalizer } from "./normalizer.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { checkEpsilon, RunningMeanStd } from "./running-mean-std.js";
import { boxOf } from "./spaces-of.js";

/**
 * (observation - mean) / sqrt(variance + epsilon) as float32, with the running moments of every observation seen, this
 * one included. `updateRunningMean = false` freezes the moments.
 *
 * epsilon: above 0; throws InvalidBound otherwise, InvalidArgument when the observations are no Box.
 */
export class NormalizeObservation<Act> extends ObservationWrapper<Float32Array, Act, FloatArray> {
  updateRunningMean = true;
  readonly moments: RunningMeanStd;

  constructor(
    env: Env<FloatArray, Act>,
    readonly epsilon = 1e-8,
  ) {
    const { shape, low } = boxOf(env.observationSpace, "NormalizeObservation", "observation");
    super(env, new Box<Float32Array>(-Infinity, Infinity, shape));
    checkEpsilon(epsilon, "NormalizeObservation");
    this.moments = new RunningMeanStd(low.length, "float32");
  }

  protected override observation(inner: FloatArray): Float32Array {
    return normalized(this, inner, this.epsilon);
  }

  protected override ownState(): StateTree {
    return normalizerState(this);
  }

  protected override restoreOwn(state: StateTree): void {
    restoreNormalizer(this, state);
  }
}
