import type { Env } from "../api/env.js";
import { InvalidBound } from "../api/errors.js";
import { TransformReward } from "./transform-reward.js";

/** The bounds of a reward; one of them may be left out. */
export interface RewardBounds {
  readonly min?: number;
  readonly max?: number;
}

/** Clips rewards to the bounds. Throws InvalidBound when neither is given, one is NaN or min exceeds max. */
export class ClipReward<Obs, Act> extends TransformReward<Obs, Act> {
  constructor(env: Env<Obs, Act>, bounds: RewardBounds) {
    super(env, rewardClip(bounds, "ClipReward"));
  }
}

/** The function that clips one reward to the bounds; throws as the wrapper that it is for. */
export function rewardClip({ min, max }: RewardBounds, wrapper: string): (reward: number) => number {
  if (min === undefined && max === undefined) {
    throw new InvalidBound("clip-reward", `${wrapper}: a min or a max must be given.`);
  }
  const [low, high] = [min ?? -Infinity, max ?? Infinity];
  if (!(low <= high)) {
    throw new InvalidBound("clip-reward", `${wrapper}: min must be at most max, got ${low} and ${high}.`);
  }
  return (reward) => Math.min(Math.max(reward, low), high);
}
