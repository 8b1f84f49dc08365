import { MUJOCO_VERSION } from "../envs/mujoco/engine.js";
import { RlAdanError } from "./errors.js";
import { NonFiniteError, nonFiniteSentence } from "./non-finite.js";
import { writeFailureDump } from "./run/failure-dump.js";
import { versions } from "./run/manifest.js";
import type { RunDirectory } from "./run/run-directory.js";
import { commandText, programName } from "./shown-command.js";
import { newestStart, type StartingPoint } from "./starting-point.js";
import type { TrainConfig } from "./train-config.js";

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
  let newest: StartingPoint | undefined;
  let replay: string;
  let rollbacks: number;
  try {
    newest = newestStart(run);
    rollbacks = newest?.from?.step === began.from?.step ? began.rollbacks : 0;
    const dump = writeFailureDump(run, newest?.from?.checkpoint, {
      sentence: nonFiniteSentence(failure),
      failure,
      learning_rate_factor: learningRateFactor,
      ...versions(MUJOCO_VERSION),
    });
    replay = `See it again: ${commandText(programName(), ["replay", dump])}`;
  } catch (cause) {
    if (!(cause instanceof RlAdanError)) throw cause;
    throw new NonFiniteError(failure, `There is no dump of it: ${cause.message}`);
  }
  const step = newest?.from?.step;
  if (config.on_nan === "stop") {
    const saved =
      step === undefined ? "There is no checkpoint yet." : `The checkpoint of step ${step} is from before.`;
    // What an environment gives of itself comes again whatever the learning rate is.
    const other =
      "env" in failure && failure.what !== "action"
        ? ""
        : `, or go on with half the learning rate: ${resume(run)}`;
    throw new NonFiniteError(failure, `${saved} ${replay}${other}`);
  }
  if (rollbacks >= MAX_ROLLBACKS) {
    const point = step === undefined ? "the beginning" : `step ${step}`;
    const earlier = `To go on from an earlier checkpoint, write its name into ${run.path}/latest and resume.`;
    throw new NonFiniteError(
      failure,
      `${rollbacks} rollbacks to ${point}, at last with ${learningRateFactor} times the learning rate, have not got past such numbers. ${earlier} ${replay}`,
    );
  }
  return {
    from: newest?.from,
    notes: newest?.notes ?? [],
    learningRateFactor: learningRateFactor / 2,
    rollbacks: rollbacks + 1,
  };
}

function resume(run: RunDirectory): string {
  return commandText(programName(), ["train", "--resume", run.path, "--on-nan", "rollback"]);
}
