import type { BoxSpace } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import type { MomentsState } from "../../src/policy/moments.js";
import type { NetworkShape } from "../../src/policy/network.js";
import type { PolicySnapshot } from "../../src/policy/policy.js";
import type { PpoConfig } from "./config.js";

/** The spaces that an agent and its environment share. */
export interface Spaces {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
}

export function networkShape(config: PpoConfig, { observationSpace, actionSpace }: Spaces): NetworkShape {
  return {
    observationSize: observationSpace.low.length,
    actionSize: actionSpace.low.length,
    hiddenSizes: config.hidden_sizes,
    activation: config.activation,
  };
}

/** The policy of a recipe with these weights and moments. The arrays are taken as they are: copy them if they live on. */
export function policySnapshot(
  config: PpoConfig,
  spaces: Spaces,
  parameters: Float32Array,
  moments: MomentsState,
): PolicySnapshot {
  return {
    shape: networkShape(config, spaces),
    parameters,
    observationMoments: config.observation_moments === "none" ? null : moments,
    observationClip: config.observation_clip,
    actionMapping: config.action_mapping,
    actionLow: [...spaces.actionSpace.low],
    actionHigh: [...spaces.actionSpace.high],
  };
}

/** The policy inside a TrainState of PPO. */
export function policyOfTrainState(config: PpoConfig, spaces: Spaces, state: StateTree): PolicySnapshot {
  const { learner, observation_moments } = state as unknown as {
    learner: { parameters: Float32Array };
    observation_moments: MomentsState;
  };
  return policySnapshot(config, spaces, learner.parameters, observation_moments);
}
