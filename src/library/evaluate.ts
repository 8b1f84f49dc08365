import { envModuleIn } from "../env-module-choice-node.js";
import { type EvaluationResult, evaluateRun, openTrainedPolicy } from "../evaluate.js";
import { Policy } from "../policy/policy.js";
import type { CheckpointName } from "../run/checkpoint.js";
import { checkCount } from "./check-count.js";
import { throwInCode } from "./in-code.js";

export interface CheckpointChoice {
  /** "latest" unless given; "best", or a step. */
  readonly checkpoint?: CheckpointName;
  /** An environment of your own, named anew: no file of a run is allowed to have code imported. */
  readonly env?: string;
}

/**
 * Evaluates a run as `rl-adan eval` does: mean actions, frozen moments, the same episode seeds each time; 10 episodes unless
 * given. Rejects with a sentence when the directory is not a run, or has no such checkpoint, or episodes is no whole number of at
 * least 1.
 */
export async function evaluate(
  runDirectory: string,
  options: CheckpointChoice & { readonly episodes?: number } = {},
): Promise<EvaluationResult> {
  const { episodes = 10, checkpoint = "latest", env } = options;
  checkCount("episodes", episodes);
  return evaluateRun(runDirectory, { episodes, checkpoint, envModule: await envModuleIn(env) }).catch(
    throwInCode,
  );
}

/**
 * The policy of a run, its normaliser inside: `policy.act(observation)` is the action that the environment takes.
 * Rejects as `evaluate` does.
 */
export async function loadPolicy(runDirectory: string, options: CheckpointChoice = {}): Promise<Policy> {
  const { checkpoint = "latest", env: name } = options;
  const { snapshot, env } = await openTrainedPolicy(runDirectory, checkpoint, await envModuleIn(name)).catch(
    throwInCode,
  );
  env.close();
  return Policy.load(snapshot);
}
