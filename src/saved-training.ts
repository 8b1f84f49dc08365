import {
  anyState,
  finiteNumber,
  flag,
  orNull,
  readState,
  share,
  wholeNumber,
} from "../envs/api/saved-state.js";
import type { StateTree } from "../envs/api/state.js";

/** A checkpoint: the agent's TrainState, and what the logs and the choice of the best go on from. */
export interface SavedTraining {
  readonly agent: StateTree;
  readonly episodes: StateTree;
  readonly best_evaluation: number | null;
  /** Written before the evaluation that belongs to this step: whoever goes on from here makes it first. */
  readonly evaluation_is_due: boolean;
  readonly metrics_bytes: number;
  /** What rollbacks have left of the learning rate. */
  readonly learning_rate_factor: number;
}

/** What a checkpoint holds. Throws RlAdanError when its parts are of other kinds. */
export function readSavedTraining(tree: StateTree): SavedTraining {
  return readState("the training", tree, {
    agent: anyState,
    episodes: anyState,
    best_evaluation: orNull(finiteNumber),
    evaluation_is_due: flag,
    metrics_bytes: wholeNumber,
    learning_rate_factor: share,
  });
}
