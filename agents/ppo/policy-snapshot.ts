import { anyState, finite, float32s, readState } from "../../envs/api/saved-state.js";
import type { StateTree } from "../../envs/api/state.js";
import { actionRangeOf } from "../../src/policy/action-mapping.js";
import { type MomentsState, readMoments } from "../../src/policy/moments.js";
import type { NetworkShape } from "../../src/policy/network.js";
import type { PolicySnapshot } from "../../src/policy/policy.js";
import type { PolicySpaces } from "../../src/spaces.js";
import type { PpoConfig } from "./config.js";

export function networkShape(
  config: PpoConfig,
  { observationSpace, actionSpace }: PolicySpaces,
): NetworkShape {
  const isChoice = actionSpace.kind === "discrete";
  return {
    observationSize: observationSpace.low.length,
    actionSize: isChoice ? actionSpace.n : actionSpace.low.length,
    actions: isChoice ? "categorical" : "gaussian",
    hiddenSizes: config.hidden_sizes,
    activation: config.activation,
  };
}

/** The policy of a recipe with these weights and moments. The arrays are taken as they are: copy them if they live on. */
export function policySnapshot(
  config: PpoConfig,
  spaces: PolicySpaces,
  parameters: Float32Array,
  moments: MomentsState,
): PolicySnapshot {
  return {
    shape: networkShape(config, spaces),
    parameters,
    observationMoments: config.observation_moments === "none" ? null : moments,
    observationClip: config.observation_clip,
    actionMapping: config.action_mapping,
    actionRange: actionRangeOf(spaces.actionSpace),
  };
}

/** The policy inside a TrainState of PPO. */
export function policyOfTrainState(
  config: PpoConfig,
  spaces: PolicySpaces,
  state: StateTree,
): PolicySnapshot {
  const { learner, observation_moments } = readState("PPO", state, {
    learner: anyState,
    observation_moments: anyState,
  });
  const { parameters } = readState("the learner", learner, { parameters: finite(float32s()) });
  const moments = readMoments(observation_moments, spaces.observationSpace.low.length);
  return policySnapshot(config, spaces, parameters, moments);
}
