import { anyState, finite, float32s, readState } from "../../envs/api/saved-state.js";
import type { StateTree } from "../../envs/api/state.js";
import { checkParameterCount, type ParameterLayout } from "../../src/policy/network.js";

/** The parts of a learner's state, the same on every device. Throws RlAdanError when it is another network's, or not finite. */
export function readLearnerState(state: StateTree, layout: ParameterLayout) {
  const parts = readState("the learner", state, {
    parameters: finite(float32s()),
    optimizer: anyState,
    return_moments: anyState,
  });
  checkParameterCount(parts.parameters, layout);
  return parts;
}
