import type { ActionDistribution } from "./action-distribution.js";
import { Categorical } from "./categorical.js";
import { DiagonalGaussian } from "./gaussian.js";
import type { NetworkShape } from "./network.js";

/** The distribution over actions that a network of this shape has. */
export function createDistribution(shape: Pick<NetworkShape, "actionSize" | "actions">): ActionDistribution {
  return shape.actions === "categorical"
    ? new Categorical(shape.actionSize)
    : new DiagonalGaussian(shape.actionSize);
}
