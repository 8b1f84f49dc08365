import * as z from "zod";
import { brokenPpoRule, PPO_SCHEDULE_KEYS, ppoConfigShape } from "../agents/ppo/config.js";
import { spec } from "../envs/index.js";
import { commandLineLayer, settingsLayer } from "./config/command-line.js";
import { readConfigFile, readRunConfigFile } from "./config/config-file-node.js";
import { ConfigLayers } from "./config/config-layers.js";
import type { ConfigEntry, ConfigLayer } from "./config/layer.js";
import { OWN_MODEL_ENV, withModelText } from "./config/model-file-node.js";
import { loadPreset, presetLayer } from "./config/presets-node.js";
import { RUN_DEFAULTS, runConfigShape } from "./config/run-config.js";
import { checkSchedule, compileSchedule } from "./config/schedule.js";
import { throwProblems, unfitValues, unknownKeys } from "./config/validate.js";
import { yamlLayer } from "./config/yaml-file.js";
import { isTfjsDevice } from "./devices/names.js";
import { RlAdanError, SettingError, UsageError } from "./errors.js";
import { scalarKernels } from "./kernels/scalar-kernels.js";
import { createOptimizer, methodOn } from "./optim/registry.js";

const shapes = {
  ppo: { ...runConfigShape, ...ppoConfigShape, algorithm: z.literal("ppo") },
  random: { ...runConfigShape, algorithm: z.literal("random") },
} as const;

/** A complete config, as a run's `config.yaml` holds it: the keys of every run and, for ppo, those of the recipe. */
export const trainConfigSchema = z.discriminatedUnion("algorithm", [
  z.strictObject(shapes.ppo),
  z.strictObject(shapes.random),
]);

export type TrainConfig = z.infer<typeof trainConfigSchema>;
export type PpoTrainConfig = Extract<TrainConfig, { algorithm: "ppo" }>;
export type RandomTrainConfig = Extract<TrainConfig, { algorithm: "random" }>;

export interface TrainConfigRequest {
  readonly algorithm: TrainConfig["algorithm"];
  /** A recipe of `configs/ppo`, by name. */
  readonly preset?: string | undefined;
  /** The path of a YAML file of keys. */
  readonly file?: string | undefined;
  /** The path of an MJCF file, for the environment `mujoco`. */
  readonly model?: string | undefined;
  /** `key=value` each, the value as YAML reads it. */
  readonly set?: readonly string[] | undefined;
  /** Values by config key; text as YAML reads it. Undefined ones count as not given. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** The same from a program: an error names the key instead of the flag. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** The same from elsewhere, each value with its place. */
  readonly layer?: ConfigLayer | undefined;
  /** Completes an environment's name to the id that the run records; by default what is registered. */
  readonly resolveEnvId?: ((name: string) => string) | undefined;
}

export interface ResolvedTrainConfig {
  readonly config: TrainConfig;
  /** What followed from the request without being asked for, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Settles every key of a training run: the plain default, over it the preset with its data for the environment, the
 * YAML file, and the command line (`--set`, then flags). The last one to name a key wins; what else follows from a
 * layer is said at `ConfigLayers`. A minibatch larger than the rollout is capped to it.
 *
 * Throws UsageError: one sentence for each wrong, unknown or conflicting key, naming its file and line, its `--set`
 * or its flag.
 */
export function resolveTrainConfig(request: TrainConfigRequest): ResolvedTrainConfig {
  const { algorithm } = request;
  const asked = [
    fileLayer(request.file, algorithm),
    commandLineLayer(request.set ?? [], request.flags ?? {}),
    settingsLayer(request.settings ?? {}),
    request.layer ?? new Map(),
  ];
  throwProblems(asked.flatMap((layer) => keysNotTaken(layer, algorithm)));

  const env = resolveEnv(asked, request);
  const layers = new ConfigLayers();
  layers.add(asLayer({ ...RUN_DEFAULTS, algorithm }, "the default"));
  for (const layer of recipeLayers(request, env)) layers.add(layer);
  for (const layer of asked) layers.addAsked(layer);
  layers.add(asLayer({ env }, "the resolved"));
  layers.add(modelLayer(request, env, layers.entries.get("env_options")!, asked[0]!));
  const config = checkedConfig(layers.entries, algorithm);
  return config.algorithm === "ppo" ? capMinibatch(config, layers.notes) : { config, notes: layers.notes };
}

/**
 * Reads the `config.yaml` of a run: every key there, and nothing else; `overrides` are laid over it and checked with it.
 *
 * Throws UsageError as `resolveTrainConfig` does.
 */
export function readTrainConfig(path: string, overrides: ResumeOverrides = {}): TrainConfig {
  const layer = new Map([
    ...yamlLayer(readRunConfigFile(path)),
    ...commandLineLayer([], overrides as Readonly<Record<string, unknown>>),
  ]);
  const algorithm = layer.get("algorithm")?.value === "random" ? "random" : "ppo";
  const missing = Object.keys(shapes[algorithm]).filter((key) => !layer.has(key));
  throwProblems([
    ...keysNotTaken(layer, algorithm),
    ...missing.map((key) => {
      const usual = (RUN_DEFAULTS as Readonly<Record<string, unknown>>)[key];
      const advice = usual === undefined ? "it is not the config of a run" : `usual is ${key}: ${usual}`;
      return `${path}: key "${key}" is missing; ${advice}.`;
    }),
  ]);
  return checkedConfig(layer, algorithm);
}

/** The keys that a resumed run may have changed: none of them moves a bit of what was trained so far. */
export const RESUME_KEYS = [
  "total_timesteps",
  "threads",
  "checkpoint_every",
  "keep_last",
  "keep_every",
  "eval_every",
  "eval_episodes",
  "on_nan",
] as const;

export type ResumeOverrides = Partial<Pick<TrainConfig, (typeof RESUME_KEYS)[number]>>;

/**
 * Reads what is given along with `--resume`, as flags, or to `resume`, as a program's settings. Throws UsageError for a key
 * that must stay or a value that does not fit.
 */
export function resolveResumeOverrides({
  flags,
  settings = {},
}: Pick<TrainConfigRequest, "flags" | "settings">): ResumeOverrides {
  const layer = flags === undefined ? settingsLayer(settings) : commandLineLayer([], flags);
  const allowed: readonly string[] = RESUME_KEYS;
  const [resume, names] =
    flags === undefined
      ? ["resume", RESUME_KEYS]
      : ["--resume", RESUME_KEYS.map((key) => `--${key.replaceAll("_", "-")}`)];
  throwProblems([
    ...[...layer]
      .filter(([key]) => !allowed.includes(key))
      .map(([key, { subject }]) => {
        const elsewhere = key === "device" ? " Name another device in the run's config.yaml." : "";
        return `${subject} cannot be changed by ${resume}; these can: ${names.join(", ")}.${elsewhere}`;
      }),
    ...unfitValues(layer, runConfigShape),
  ]);
  return Object.fromEntries(
    [...layer].map(([key, { value }]) => [
      key,
      runConfigShape[key as (typeof RESUME_KEYS)[number]].parse(value),
    ]),
  );
}

function checkedConfig(entries: ConfigLayer, algorithm: TrainConfig["algorithm"]): TrainConfig {
  throwProblems(unfitValues(entries, shapes[algorithm]));
  const config = trainConfigSchema.parse(
    Object.fromEntries([...entries].map(([key, { value }]) => [key, value])),
  );
  throwProblems(
    config.algorithm === "ppo" ? recipeProblems(config, entries) : idleDevice(config.device, entries),
  );
  return config;
}

function idleDevice(device: string, entries: ConfigLayer): string[] {
  if (!isTfjsDevice(device)) return [];
  const { subject } = entries.get("device")!;
  return [`${subject} is ${device}, but random learns nothing that it could compute; leave it out.`];
}

function fileLayer(path: string | undefined, algorithm: string): ConfigLayer {
  if (path === undefined) return new Map();
  const layer = yamlLayer(readConfigFile(path));
  const stated = layer.get("algorithm");
  if (stated !== undefined && stated.value !== algorithm) {
    throwProblems([
      `${stated.subject} is ${JSON.stringify(stated.value)}, but the command trains ${algorithm}.`,
    ]);
  }
  return layer;
}

function keysNotTaken(layer: ConfigLayer, algorithm: TrainConfig["algorithm"]): string[] {
  if (algorithm === "ppo") return unknownKeys(layer, shapes.ppo);
  const isRecipe = (key: string) => Object.hasOwn(ppoConfigShape, key);
  return [
    ...[...layer]
      .filter(([key]) => isRecipe(key))
      .map(([, { subject }]) => `${subject} is a setting of ppo; ${algorithm} does not take it.`),
    ...unknownKeys(new Map([...layer].filter(([key]) => !isRecipe(key))), shapes[algorithm]),
  ];
}

function resolveEnv(
  asked: readonly ConfigLayer[],
  { resolveEnvId = (name) => spec(name).id, model }: TrainConfigRequest,
): string {
  const entry = asked.map((layer) => layer.get("env")).findLast((found) => found !== undefined);
  if (entry === undefined && model !== undefined) {
    throw new SettingError(
      "config",
      (name) => `${name("model", model)} goes with ${name("env", OWN_MODEL_ENV)}: add that.`,
    );
  }
  if (entry === undefined) {
    throw new SettingError(
      "config",
      (name) => `No environment was given: name one with ${name("env")}; rl-adan envs lists them.`,
    );
  }
  throwProblems(unfitValues(new Map([["env", entry]]), runConfigShape));
  return resolveEnvId(entry.value as string);
}

/** The environment's options with the text of the user's model, if they name one. */
function modelLayer(
  { model, file }: TrainConfigRequest,
  env: string,
  options: ConfigEntry,
  fromFile: ConfigLayer,
): ConfigLayer {
  if (env !== OWN_MODEL_ENV) {
    if (model === undefined) return new Map();
    throw new SettingError(
      "config",
      (name) => `${name("model", model)} goes with ${name("env", OWN_MODEL_ENV)}; the environment is ${env}.`,
    );
  }
  throwProblems(unfitValues(new Map([["env_options", options]]), runConfigShape));
  const own = options.value as Record<string, unknown>;
  const stated = fromFile.get("env_options")?.value as Record<string, unknown> | undefined;
  const configFile = stated !== undefined && stated["model"] === own["model"] ? file : undefined;
  const value = withModelText(own, { model, configFile });
  return new Map([["env_options", { ...options, value }]]);
}

function recipeLayers({ algorithm, preset }: TrainConfigRequest, env: string): ConfigLayer[] {
  if (algorithm === "ppo") {
    return ["default", ...(preset === undefined ? [] : [preset])].map((name) =>
      presetLayer(loadPreset(name), env),
    );
  }
  if (preset === undefined) return [];
  throw new SettingError(
    "config",
    (name) => `${name("preset", preset)} is a recipe for ppo; ${algorithm} takes none.`,
  );
}

function asLayer(values: Readonly<Record<string, unknown>>, where: string): ConfigLayer {
  return new Map(Object.entries(values).map(([key, value]) => [key, { value, subject: `${where} ${key}` }]));
}

/** What no field can check by itself: rules between keys, the optimizer's own options, schedules over the whole run. */
function recipeProblems(config: PpoTrainConfig, entries: ConfigLayer): string[] {
  const subject = (key: string) => entries.get(key)!.subject;
  const broken = brokenPpoRule(config);
  if (broken !== undefined) return [`${subject(broken.key)} ${broken.message}`];
  const checks = [
    () => checkOptimizerOptions(config, subject("optimizer_options")),
    () => void (isTfjsDevice(config.device) && methodOn(config.device, config.optimizer)),
    ...PPO_SCHEDULE_KEYS.map((key) => () => {
      checkSchedule(compileSchedule(config[key], subject(key)), config.total_timesteps);
    }),
  ];
  return checks.flatMap(problemOf);
}

/** Builds the optimizer once, for one parameter, so that an option it does not take fails before anything is written. */
function checkOptimizerOptions(config: PpoTrainConfig, subject: string): void {
  const context = {
    size: 1,
    allocate: (_: string, length: number) => new Float32Array(length),
    kernels: scalarKernels,
  };
  try {
    createOptimizer(config.optimizer, context, config.optimizer_options);
  } catch (cause) {
    if (cause instanceof RlAdanError)
      throw new UsageError(cause.code, `${subject}: ${cause.message}`, { cause });
    throw cause;
  }
}

function problemOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof RlAdanError) return [error.message];
    throw error;
  }
}

function capMinibatch(config: PpoTrainConfig, notes: readonly string[]): ResolvedTrainConfig {
  const rollout = config.num_envs * config.num_steps;
  if (config.minibatch_size <= rollout) return { config, notes };
  const note = `minibatch_size is ${rollout} instead of ${config.minibatch_size}: the whole rollout.`;
  return { config: { ...config, minibatch_size: rollout }, notes: [...notes, note] };
}
