import type { BoxSpace, DiscreteSpace } from "../envs/api/space.js";
import { UsageError } from "./errors.js";

/** The spaces of an environment that PPO can use. */
export interface PolicySpaces {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace | DiscreteSpace;
}

/** The spaces of an environment, when PPO can use them. Throws UsageError naming the space that it can't. */
export function policySpacesOf(
  env: { readonly observationSpace: unknown; readonly actionSpace: unknown },
  id: string,
): PolicySpaces {
  const { observationSpace, actionSpace } = env;
  if (observationSpace === undefined || actionSpace === undefined) {
    const missing = observationSpace === undefined ? "observationSpace" : "actionSpace";
    throw new UsageError(
      "space",
      `${id} has no ${missing}; rl-adan check-env says what an environment needs.`,
    );
  }
  if (!isFlatBox(observationSpace)) {
    throw new UsageError(
      "space",
      `PPO needs a flat Box as observation space; ${id} has ${String(observationSpace)}. Wrap the environment in a ` +
        "FlattenObservation, which makes a vector of Box, Discrete, MultiDiscrete and Dict observations.",
    );
  }
  if (!isFlatBox(actionSpace) && !isDiscrete(actionSpace)) {
    throw new UsageError(
      "space",
      `PPO needs a flat Box or Discrete as action space; ${id} has ${String(actionSpace)}.`,
    );
  }
  return { observationSpace, actionSpace };
}

function isFlatBox(space: unknown): space is BoxSpace {
  const candidate = space as BoxSpace | undefined;
  return candidate?.kind === "box" && candidate.shape.length === 1;
}

function isDiscrete(space: unknown): space is DiscreteSpace {
  const candidate = space as DiscreteSpace | undefined;
  return candidate?.kind === "discrete" && Number.isSafeInteger(candidate.n);
}
