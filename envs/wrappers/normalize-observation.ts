import type { Env } from "../api/env.js";
import type { FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Box } from "../spaces/box.js";
import { ObservationWrapper } from "./observation-wrapper.js";
import { checkEpsilon, RunningMeanStd, type RunningMeanStdState } from "./running-mean-std.js";
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
    if (this.updateRunningMean) this.moments.update(inner);
    return this.moments.normalize(inner, this.epsilon);
  }

  protected override ownState(): StateTree {
    return { moments: this.moments.state(), update_running_mean: this.updateRunningMean };
  }

  protected override restoreOwn(state: StateTree): void {
    const saved = state as { moments: RunningMeanStdState; update_running_mean: boolean };
    this.moments.restore(saved.moments);
    this.updateRunningMean = saved.update_running_mean;
  }
}
