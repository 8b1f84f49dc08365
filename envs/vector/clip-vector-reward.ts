import { type RewardBounds, rewardClip } from "../wrappers/clip-reward.js";
import { TransformVectorReward } from "./transform-vector-reward.js";
import type { VectorEnv } from "./vector-env.js";

/** Clips every reward to the bounds. Throws InvalidBound when neither is given, one is NaN or min exceeds max. */
export class ClipVectorReward extends TransformVectorReward {
  constructor(env: VectorEnv, bounds: RewardBounds) {
    const clip = rewardClip(bounds, "ClipVectorReward");
    super(env, (rewards) => rewards.map(clip));
  }
}
