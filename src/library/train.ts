import { envModuleIn } from "../env-module-choice-node.js";
import type { TrainReporter } from "../logging/progress.js";
import { resumeRun, trainRun } from "../train.js";
import { type ResumeOverrides, resolveResumeOverrides } from "../train-config.js";
import { absolutePlace, type RunPlace } from "./run-place.js";
import { RunningTraining } from "./running-training.js";
import { resolveSettings, settingsOf, type TrainSettings } from "./settings.js";

export interface TrainOptions extends RunPlace {
  /** Aborted: the iteration is finished, a checkpoint written. Without one an interrupt (SIGINT) does that. */
  readonly signal?: AbortSignal | undefined;
  /** Is told how the run goes; `createReporter` makes that of the command line. */
  readonly reporter?: TrainReporter | undefined;
}

/**
 * Trains an agent in a run directory of its own: event files, metrics, checkpoints, evaluations, as `rl-adan train` does.
 *
 *     for await (const { step, returnMean } of train({ env: "HalfCheetah", total_timesteps: "200k" })) …
 *     const { result } = await train({ env: "HalfCheetah", seed: 2 });
 *
 * The event loop gets its turns meanwhile. Rejects with UsageError for settings that don't fit, before anything is written.
 */
export function train(settings: TrainSettings, options: TrainOptions = {}): RunningTraining {
  const place = absolutePlace(options);
  return new RunningTraining(async function* (signal) {
    return yield* trainRun({
      ...options,
      ...place,
      ...(await resolveSettings(settingsOf("train", settings))),
      signal,
    });
  }, options.signal);
}

export type ResumeOptions = Pick<TrainOptions, "signal" | "reporter"> & {
  /** An environment of your own, named anew: no file of a run is allowed to have code imported. */
  readonly env?: string;
};

/**
 * Goes on with a run from its newest whole checkpoint, as `rl-adan train --resume` does.
 *
 * overrides: what may change between the parts of a run, `total_timesteps` above all. Schedules of `progress` run over the
 * new total: with a larger one a learning rate that fell rises again.
 * Rejects with a sentence when the directory is not a run, has no whole checkpoint, or nothing is left to do.
 */
export function resume(
  runDirectory: string,
  overrides: ResumeOverrides = {},
  options: ResumeOptions = {},
): RunningTraining {
  const { env, ...rest } = options;
  return new RunningTraining(async function* (signal) {
    const checked = resolveResumeOverrides({ settings: overrides });
    return yield* resumeRun({
      ...rest,
      runDirectory,
      overrides: checked,
      envModule: await envModuleIn(env),
      signal,
    });
  }, options.signal);
}
