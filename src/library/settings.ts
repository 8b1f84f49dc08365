import { envModuleIn } from "../env-module-choice-node.js";
import type { EnvModule } from "../env-modules-node.js";
import { UsageError } from "../errors.js";
import {
  type PpoTrainConfig,
  type ResolvedTrainConfig,
  resolveTrainConfig,
  type TrainConfig,
} from "../train-config.js";

/**
 * What to train, as a program says it: any key of a configuration (those of `config.yaml`: `env`, `seed`, `learning_rate`,
 * `hidden_sizes` and so on), over the default recipe or a named one. Text is read as on the command line: `"1M"`,
 * `"3e-4 * (1 - progress)"`.
 *
 * env: a registered id (`HalfCheetah`), or a file of your own (`./my-env.js:MyEnv`), which is imported.
 */
export type TrainSettings = Settings<Omit<PpoTrainConfig, "algorithm">> & {
  /** "ppo" unless given. */
  readonly algorithm?: TrainConfig["algorithm"];
  /** A known recipe: cleanrl, tianshou, zoo. */
  readonly preset?: string;
  /** The path of a YAML file of keys. */
  readonly config_file?: string;
  /** The path of an MJCF file, for the environment `mujoco`. */
  readonly model?: string;
};

type Settings<T> = { readonly [K in keyof T]?: T[K] | string };

/** What a program gave as settings. Throws UsageError, naming the function that it called, for what is no object. */
export function settingsOf<T extends object>(caller: string, given: T): T {
  if (typeof given === "object" && given !== null) return given;
  throw new UsageError("config", `${caller} takes one object: { env: "Pendulum", … }.`);
}

/** Settings as one checked configuration. Throws UsageError, a sentence for each wrong, unknown or conflicting key. */
export async function resolveSettings(
  settings: TrainSettings,
): Promise<ResolvedTrainConfig & { readonly envModule: EnvModule | undefined }> {
  const { algorithm = "ppo", preset, config_file: file, model, ...values } = settings;
  const envModule = await envModuleIn(values.env);
  const resolved = resolveTrainConfig({
    algorithm,
    preset,
    file,
    model,
    settings: values,
    ...(envModule === undefined ? {} : { resolveEnvId: () => envModule.id }),
  });
  return { ...resolved, envModule };
}
