import type { EnvModule } from "./env-modules-node.js";
import { envSource } from "./env-source.js";
import { RlAdanError } from "./errors.js";
import { NonFiniteError, type NonFiniteFailure } from "./non-finite.js";
import { startPpoAgent, threadsFor } from "./ppo-agent-node.js";
import { type FailureDump, isSameFailure } from "./run/failure-dump.js";
import { readSavedTraining } from "./saved-training.js";
import { readTrainConfig } from "./train-config.js";

/** How a replay ended: with the same failure, with another, or (null) with none by the end of that iteration. */
export interface ReplayOutcome {
  readonly isReproduced: boolean;
  readonly failure: NonFiniteFailure | null;
}

/**
 * Trains again from where a failed run went on, until the number that is not finite comes; writes nothing.
 *
 * Throws a sentence when the dump's configuration or checkpoint do not fit, or an environment of the user's own was not named.
 */
export async function replayFailure(
  dump: FailureDump,
  /** A user's own environment, which no file may name. */
  envModule: EnvModule | undefined,
): Promise<ReplayOutcome> {
  const config = readTrainConfig(dump.config);
  if (config.algorithm !== "ppo") {
    throw new RlAdanError(
      "dump-format",
      `${dump.config} is of ${config.algorithm}, which has no such failures.`,
    );
  }
  const { record, checkpoint } = dump;
  const expected = record.failure;
  const source = envSource(config, envModule);
  const env = await source.make(config.env_options);
  try {
    const agent = await startPpoAgent({
      config,
      source,
      env,
      threads: threadsFor(config, source),
      learningRateFactor: record.learning_rate_factor,
      from: checkpoint && readSavedTraining(checkpoint.tree).agent,
    });
    try {
      for await (const { iteration } of agent.iterations) if (iteration >= expected.iteration) break;
      return { isReproduced: false, failure: null };
    } finally {
      await agent.close();
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const { failure } = error;
    return { isReproduced: isSameFailure(failure, expected), failure };
  } finally {
    env.close();
  }
}
