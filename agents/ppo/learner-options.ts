import type { Arena } from "../../src/kernels/arena.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import { createRolloutBuffer, type RolloutShape } from "../../src/rollout/rollout-buffer.js";
import type { LearnerConfig, LearnerOptions } from "./learner.js";

/**
 * What a learner is made with, for updates on their own: weights and a rollout, all zero, in an arena.
 *
 * rollout: its actions are as wide as the distribution's.
 */
export function learnerOptions(
  kernels: Kernels,
  arena: Arena,
  shape: NetworkShape,
  rollout: Omit<RolloutShape, "observationSize">,
  config: LearnerConfig,
): LearnerOptions {
  const layout = parameterLayout(shape);
  const parameters = arena.allocate("parameters", "f32", layout.size);
  const buffer = createRolloutBuffer(arena, { ...rollout, observationSize: shape.observationSize });
  return { kernels, arena, shape, layout, parameters, buffer, config };
}
