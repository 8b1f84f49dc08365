import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import { RlAdanError } from "./errors.js";
import { NonFiniteError, nonFiniteSentence } from "./non-finite.js";
import { type Checkpoint, readNewestCheckpoint } from "./run/checkpoint.js";
import { writeFailureDump } from "./run/failure-dump.js";
import { versions } from "./run/manifest.js";
import type { RunDirectory } from "./run/run-directory.js";
import type { TrainConfig } from "./train-config.js";
import { programName, quoted, readSavedTraining, type SavedTraining } from "./training.js";

/** What a part of a run begins from: a checkpoint, or nothing. */
export interface StartingPoint {
  readonly from: { readonly step: number; readonly state: SavedTraining } | undefined;
  readonly learningRateFactor: number;
  /** How often the run went back to this point before. */
  readonly rollbacks: number;
}

/** What is wrong may not be the learning rate: an environment can give NaN whatever the policy does. */
const MAX_ROLLBACKS = 5;

/**
 * Where a run goes on after a number that was not finite: its newest checkpoint, with half the learning rate. The failure
 * is dumped first.
 *
 * began: what the failing part began from. Throws the error again, with what the user can do, when the run is to stop.
 */
export function rollBack(
  error: NonFiniteError,
  run: RunDirectory,
  config: TrainConfig,
  began: StartingPoint,
): StartingPoint {
  const { failure } = error;
  const { learningRateFactor } = began;
  let newest: Checkpoint | undefined;
  let replay: string;
  let rollbacks: number;
  try {
    newest = readNewestCheckpoint(run.path)?.checkpoint;
    rollbacks = newest?.step === began.from?.step ? began.rollbacks : 0;
    const dump = writeFailureDump(run, newest, rollbacks, {
      sentence: nonFiniteSentence(failure),
      failure,
      learning_rate_factor: learningRateFactor,
      ...versions(MUJOCO_VERSION),
    });
    replay = `See it again: ${programName()} replay ${quoted(dump)}`;
  } catch (cause) {
    if (!(cause instanceof RlAdanError)) throw cause;
    throw new NonFiniteError(failure, `There is no dump of it: ${cause.message}`);
  }
  const step = newest?.step;
  if (config.on_nan === "stop") {
    const saved =
      step === undefined ? "There is no checkpoint yet." : `The checkpoint of step ${step} is from before.`;
    throw new NonFiniteError(failure, `${saved} ${replay}`);
  }
  if (rollbacks >= MAX_ROLLBACKS) {
    const point = step === undefined ? "the beginning" : `step ${step}`;
    throw new NonFiniteError(
      failure,
      `${rollbacks} rollbacks to ${point}, at last with ${learningRateFactor} times the learning rate, have not got past such numbers. ${replay}`,
    );
  }
  return {
    from: newest && startingPoint(newest).from,
    learningRateFactor: learningRateFactor / 2,
    rollbacks: rollbacks + 1,
  };
}

/** Where a run goes on that was ended after a checkpoint. */
export function startingPoint({ step, tree }: Checkpoint): StartingPoint {
  const state = readSavedTraining(tree);
  return { from: { step, state }, learningRateFactor: state.learning_rate_factor, rollbacks: 0 };
}
