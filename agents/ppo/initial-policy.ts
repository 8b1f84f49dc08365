import { initializeParameters } from "../../src/policy/initialize.js";
import { RunningMoments } from "../../src/policy/moments.js";
import { type ParameterLayout, parameterLayout } from "../../src/policy/network.js";
import type { PolicySnapshot } from "../../src/policy/policy.js";
import { streamKey } from "../../src/random/index.js";
import type { PolicySpaces } from "../../src/spaces.js";
import type { PpoConfig } from "./config.js";
import { networkShape, policySnapshot } from "./policy-snapshot.js";

/** Fills in the weights that a run of this recipe and seed begins with. */
export function initialize(
  parameters: Float32Array,
  layout: ParameterLayout,
  config: PpoConfig,
  seed: number,
): void {
  const how = {
    init: config.init,
    policyGain: config.policy_gain,
    valueGain: config.value_gain,
    initialLogStd: config.initial_log_std,
  };
  initializeParameters(parameters, layout, how, streamKey(seed, "init"));
}

/** The policy that a run of this recipe and seed begins with. */
export function initialPolicy(config: PpoConfig, spaces: PolicySpaces, seed: number): PolicySnapshot {
  const shape = networkShape(config, spaces);
  const layout = parameterLayout(shape);
  const parameters = new Float32Array(layout.size);
  initialize(parameters, layout, config, seed);
  return policySnapshot(config, spaces, parameters, new RunningMoments(shape.observationSize).state());
}
