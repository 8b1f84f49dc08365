import type { FloatArray } from "../api/space.js";
import type { StateTree } from "../api/state.js";
import { Box } from "../spaces/box.js";
import { normalized, normalizerState, restoreNormalizer } from "../wrappers/normalizer.js";
import { checkEpsilon, RunningMeanStd } from "../wrappers/running-mean-std.js";
import { boxOf } from "../wrappers/spaces-of.js";
import { InvalidVectorArgument } from "./errors.js";
import { readResetRequest } from "./reset-request.js";
import type { Awaitable, BatchArray, VectorEnv, VectorReset, VectorResetOptions } from "./vector-env.js";
import { VectorObservationWrapper } from "./vector-observation-wrapper.js";

/**
 * (observation - mean) / sqrt(variance + epsilon) as float32. The running moments are shared by all sub-environments:
 * one update with numEnvs rows for every reset and step, those included that an autoreset gave.
 * `updateRunningMean = false` freezes them.
 *
 * epsilon: above 0; throws InvalidBound otherwise, InvalidArgument when the observations are no Box,
 * InvalidVectorArgument when the vector's autoreset is not next_step, and at a reset whose mask leaves one out.
 */
export class NormalizeVectorObservation extends VectorObservationWrapper {
  updateRunningMean = true;
  readonly moments: RunningMeanStd;

  constructor(
    env: VectorEnv,
    readonly epsilon = 1e-8,
  ) {
    const { shape, low } = boxOf(env.singleObservationSpace, "NormalizeVectorObservation", "observation");
    super(env, new Box(-Infinity, Infinity, shape));
    checkEpsilon(epsilon, "NormalizeVectorObservation");
    if (env.autoreset !== "next_step") {
      throw new InvalidVectorArgument(
        "vector-wrapper-autoreset",
        `NormalizeVectorObservation takes a vector with autoreset next_step only, got ${env.autoreset}.`,
      );
    }
    this.moments = new RunningMeanStd(low.length, "float32");
  }

  override reset(options: VectorResetOptions = {}): Awaitable<VectorReset> {
    if (readResetRequest(options, this.numEnvs).mask.includes(0)) {
      throw new InvalidVectorArgument(
        "vector-wrapper-mask",
        "NormalizeVectorObservation would count the observations that a mask leaves out twice: set all of options.reset_mask, or none of it.",
      );
    }
    return super.reset(options);
  }

  protected override observations(inner: BatchArray): Float32Array {
    return normalized(this, inner as FloatArray, this.epsilon);
  }

  protected override ownState(): StateTree {
    return normalizerState(this);
  }

  protected override restoreOwn(state: StateTree): void {
    restoreNormalizer(this, state);
  }
}
