import * as z from "zod";
import { brokenPpoRule, PPO_SCHEDULE_KEYS, ppoConfigShape } from "../agents/ppo/config.js";
import { readConfigFile } from "./config/config-file-node.js";
import type { ConfigEntry, ConfigLayer } from "./config/layer.js";
import { loadPreset, presetLayer } from "./config/presets-node.js";
import { RUN_DEFAULTS, runConfigShape } from "./config/run-config.js";
import { checkSchedule, compileSchedule } from "./config/schedule.js";
import { type ConfigShape, throwProblems, unfitValues, unknownKeys } from "./config/validate.js";
import { parseYamlValue, yamlLayer } from "./config/yaml-file.js";
import { RlAdanError, UsageError } from "./errors.js";
import { defaultLearningRate, optimizerNames } from "./optim/registry.js";

const shapes = {
  ppo: { ...runConfigShape, ...ppoConfigShape, algorithm: z.literal("ppo") },
  random: { ...runConfigShape, algorithm: z.literal("random") },
} as const;

/** A complete config, as `config.yaml` of a run holds it: the keys of every run and, for ppo, those of the recipe. */
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
  /** A YAML file of keys. */
  readonly file?: string | undefined;
  /** `key=value`, the value as YAML would read it. */
  readonly set?: readonly string[] | undefined;
  /** Values by config key; text is read as YAML would read it. Undefined ones count as not given. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** Completes an environment's name ("HalfCheetah") to the id that the run records; throws for an unknown one. */
  readonly resolveEnvId: (name: string) => string;
}

export interface ResolvedTrainConfig {
  readonly config: TrainConfig;
  /** What followed from what was asked for without being asked for itself, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Settles every key of a training run: the plain default, over it the preset with its data for the environment, the
 * YAML file, and the command line (`--set`, then flags). The last one to name a key wins, and three things follow:
 *
 * - another optimizer than the layers below chose brings its own learning rate and options, unless the same layer or
 *   a later one gives them;
 * - `num_envs` without `num_steps` in the same layer divides the rollout of the layers below;
 * - a minibatch larger than the rollout is capped to it.
 *
 * Throws UsageError: one sentence per wrong, unknown or conflicting key, naming its file and line, its `--set` or flag.
 */
export function resolveTrainConfig(request: TrainConfigRequest): ResolvedTrainConfig {
  const { algorithm } = request;
  const shape: ConfigShape = shapes[algorithm];
  const asked = [
    fileLayer(request.file, algorithm),
    commandLineLayer(request.set ?? [], request.flags ?? {}),
  ];
  throwProblems(asked.flatMap((layer) => unknownFor(layer, algorithm)));

  const env = resolveEnv(asked, request.resolveEnvId);
  const resolution = new Resolution();
  resolution.add(asLayer({ ...RUN_DEFAULTS, algorithm }, "the default"));
  if (algorithm === "ppo") {
    for (const name of ["default", request.preset]) {
      if (name !== undefined) resolution.add(presetLayer(loadPreset(name), env));
    }
  } else if (request.preset !== undefined) {
    throw new UsageError(
      "config",
      `--preset ${request.preset} is a recipe for ppo; ${algorithm} takes none.`,
    );
  }
  for (const layer of asked) resolution.addAsked(layer);
  resolution.set("env", env, "--env");
  throwProblems(unfitValues(resolution.entries, shape));

  const config = trainConfigSchema.parse(resolution.values());
  if (config.algorithm !== "ppo") return { config, notes: resolution.notes };
  throwProblems([...brokenRules(config), ...badSchedules(config, resolution.entries)]);
  return capMinibatch(config, resolution.notes);
}

/** The layers below, key by key, and what followed from adding one over them. */
class Resolution {
  readonly entries = new Map<string, ConfigEntry>();
  readonly notes: string[] = [];

  set(key: string, value: unknown, subject: string): void {
    this.entries.set(key, { value, subject });
  }

  add(layer: ConfigLayer): void {
    for (const [key, entry] of layer) this.entries.set(key, entry);
  }

  /** Adds what the user asked for. */
  addAsked(layer: ConfigLayer): void {
    this.#takeOptimizersOwn(layer);
    this.#divideRollout(layer);
    this.add(layer);
  }

  values(): Record<string, unknown> {
    return Object.fromEntries([...this.entries].map(([key, { value }]) => [key, value]));
  }

  #takeOptimizersOwn(layer: ConfigLayer): void {
    const optimizer = layer.get("optimizer")?.value;
    if (typeof optimizer !== "string" || optimizer === this.entries.get("optimizer")?.value) return;
    if (!optimizerNames().includes(optimizer)) return;
    this.set("optimizer_options", {}, `the default of ${optimizer}`);
    if (layer.has("learning_rate")) return;
    const rate = defaultLearningRate(optimizer);
    this.set("learning_rate", rate, `the default learning_rate of ${optimizer}`);
    this.notes.push(`learning_rate is ${rate}, the default of ${optimizer}.`);
  }

  #divideRollout(layer: ConfigLayer): void {
    const asked = layer.get("num_envs");
    const below = [this.entries.get("num_envs")?.value, this.entries.get("num_steps")?.value];
    const [envsBelow, stepsBelow] = below.map((value) => (Number.isInteger(value) ? (value as number) : 0));
    const rollout = envsBelow! * stepsBelow!;
    if (asked === undefined || layer.has("num_steps") || rollout === 0) return;
    const envs = ppoConfigShape.num_envs.safeParse(asked.value).data;
    if (envs === undefined || envs === envsBelow) return;
    if (rollout % envs !== 0) {
      throwProblems([
        `${asked.subject} is ${envs}, which does not divide the rollout of ${rollout} steps ` +
          `(${envsBelow} × ${stepsBelow}); give num_steps as well, or a number of environments that divides it.`,
      ]);
    }
    this.set("num_steps", rollout / envs, asked.subject);
    this.notes.push(
      `num_steps is ${rollout / envs}: the rollout of ${rollout} steps divided by ${envs} environments.`,
    );
  }
}

function fileLayer(path: string | undefined, algorithm: string): ConfigLayer {
  if (path === undefined) return new Map();
  const layer = new Map(yamlLayer(readConfigFile(path)));
  const stated = layer.get("algorithm");
  if (stated !== undefined && stated.value !== algorithm) {
    throwProblems([
      `${stated.subject} is ${JSON.stringify(stated.value)}, but the command trains ${algorithm}.`,
    ]);
  }
  return layer;
}

function commandLineLayer(set: readonly string[], flags: Readonly<Record<string, unknown>>): ConfigLayer {
  const layer = new Map<string, ConfigEntry>();
  for (const assignment of set) {
    const [, key, text] = /^\s*([\w.-]+)\s*=(.*)$/s.exec(assignment) ?? [];
    if (key === undefined)
      throwProblems([`--set ${assignment}: write key=value, for instance --set epochs=5.`]);
    const place = `--set ${assignment}`;
    layer.set(key!, { value: parseYamlValue(text!, place), subject: `${place}: key "${key}"` });
  }
  for (const [key, given] of Object.entries(flags)) {
    if (given === undefined) continue;
    const flag = `--${key.replaceAll("_", "-")}`;
    layer.set(key, { value: typeof given === "string" ? parseYamlValue(given, flag) : given, subject: flag });
  }
  return layer;
}

function unknownFor(layer: ConfigLayer, algorithm: TrainConfig["algorithm"]): string[] {
  if (algorithm === "ppo") return unknownKeys(layer, shapes.ppo);
  const isRecipe = (key: string) => Object.hasOwn(ppoConfigShape, key);
  const recipe = [...layer].filter(([key]) => isRecipe(key));
  const rest = new Map([...layer].filter(([key]) => !isRecipe(key)));
  return [
    ...recipe.map(([, { subject }]) => `${subject} is a setting of ppo; ${algorithm} does not take it.`),
    ...unknownKeys(rest, shapes[algorithm]),
  ];
}

function resolveEnv(asked: readonly ConfigLayer[], resolveEnvId: (name: string) => string): string {
  const entry = asked.map((layer) => layer.get("env")).findLast((found) => found !== undefined);
  if (entry === undefined) {
    throw new UsageError("config", "No environment was given: name one with --env; rl-adan envs lists them.");
  }
  throwProblems(unfitValues(new Map([["env", entry]]), runConfigShape));
  return resolveEnvId(entry.value as string);
}

function asLayer(values: Readonly<Record<string, unknown>>, where: string): ConfigLayer {
  return new Map(Object.entries(values).map(([key, value]) => [key, { value, subject: `${where} ${key}` }]));
}

function brokenRules(config: PpoTrainConfig): string[] {
  const broken = brokenPpoRule(config);
  return broken === undefined ? [] : [broken.message];
}

/** Compiles every schedule and looks at it over the whole run. */
function badSchedules(config: PpoTrainConfig, entries: ConfigLayer): string[] {
  return PPO_SCHEDULE_KEYS.flatMap((key) => {
    try {
      checkSchedule(compileSchedule(config[key], entries.get(key)!.subject), config.total_timesteps);
      return [];
    } catch (error) {
      if (error instanceof RlAdanError) return [error.message];
      throw error;
    }
  });
}

function capMinibatch(config: PpoTrainConfig, notes: readonly string[]): ResolvedTrainConfig {
  const rollout = config.num_envs * config.num_steps;
  if (config.minibatch_size <= rollout) return { config, notes };
  const note = `minibatch_size is ${rollout} instead of ${config.minibatch_size}: that is the whole rollout.`;
  return { config: { ...config, minibatch_size: rollout }, notes: [...notes, note] };
}
