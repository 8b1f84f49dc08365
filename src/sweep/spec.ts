import { dirname, isAbsolute, join } from "node:path";
import { liesIn } from "../config/model-file-node.js";
import type { YamlEntry, YamlMapping } from "../config/yaml-file.js";
import { isEnvModule } from "../env-modules-node.js";
import { didYouMean, UsageError } from "../errors.js";
import { type Draws, readDistribution } from "./draws.js";
import { readSeeds, type SeedRange } from "./seeds.js";
import { COMMAND_KEYS, type Setting, textOf } from "./setting.js";

/** A key with several values, each of which is combined with all the rest. */
export interface Axis {
  readonly key: string;
  readonly values: readonly Setting[];
}

/** Settings under a name, to be compared with those of the other arms. */
export interface Arm {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/** A sweep as it was asked for: every arm with each combination of the axes and each draw, with every seed. */
export interface SweepSpec {
  /** Of every run; an arm's own win. */
  readonly settings: readonly Setting[];
  readonly axes: readonly Axis[];
  readonly draws: Draws | undefined;
  readonly arms: readonly Arm[];
  readonly seeds: readonly SeedRange[];
}

/** What replaces parts of a spec: flags beside a file. */
export interface SpecOverrides {
  readonly axes: readonly Axis[];
  readonly seeds?: readonly SeedRange[] | undefined;
}

/** One run of the default recipe: what flags are laid over when there is no file. */
export const PLAIN_SPEC: SweepSpec = {
  settings: [],
  axes: [],
  draws: undefined,
  arms: [],
  seeds: [{ first: 1, last: 1 }],
};

const SPEC_KEYS = ["description", "settings", "grid", "draws", "arms", "seeds"];
/** Keys that a sweep gives in another way. */
const NOT_A_SETTING: Readonly<Record<string, string>> = {
  seed: "seeds are listed under seeds (--seeds)",
  threads: "the threads of a run are the sweep's affair (--threads)",
};

/** Where a spec was written. */
export interface SpecSource {
  /** The sweep's file, which may name others beside or below it only; undefined: a program's own object. */
  readonly file: string | undefined;
  /** Whether an `env` of the file may be a module, which is code that runs. */
  readonly allowEnvModule: boolean;
}

/** Reads a sweep. Throws UsageError naming the place for an unknown or repeated key and what does not fit. */
export function readSpec(mapping: YamlMapping, source: SpecSource): SweepSpec {
  const entries = new Map(mapping.entries.map((entry) => [entry.key, entry]));
  for (const { key, place } of mapping.entries) {
    if (SPEC_KEYS.includes(key)) continue;
    throw new UsageError(
      "sweep-key",
      `${place}: key "${key}" is unknown.${didYouMean(key, SPEC_KEYS) || ` A sweep has ${SPEC_KEYS.join(", ")}.`}`,
    );
  }
  const seeds = entries.get("seeds");
  const spec: SweepSpec = {
    settings: readSettings(entries.get("settings"), source),
    axes: mappingOf(entries.get("grid")).map((entry) => readAxis(entry, source)),
    draws: readDraws(entries.get("draws")),
    arms: mappingOf(entries.get("arms")).map((entry) => ({
      name: entry.key,
      settings: readSettings(entry, source),
    })),
    seeds: seeds === undefined ? PLAIN_SPEC.seeds : readSeeds(seeds.value, subjectOf(seeds)),
  };
  checkSpec(spec);
  return spec;
}

/** A program's object, in the shape of a file: errors name the path of keys. */
export function mappingOfObject(value: object, file: string): YamlMapping {
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]: [string, unknown]) => {
      const isMapping = typeof inner === "object" && inner !== null && !Array.isArray(inner);
      const mapping = isMapping ? { mapping: mappingOfObject(inner, `${file}: ${key}`) } : {};
      return { key, value: inner, place: file, ...mapping };
    });
  return { file, entries };
}

/** The spec with some keys given anew. Throws UsageError when an arm has one of them. */
export function withOverrides(spec: SweepSpec, { axes, seeds }: SpecOverrides): SweepSpec {
  const isGiven = ({ key }: { readonly key: string }) => axes.some((axis) => axis.key === key);
  const draws = spec.draws?.keys.filter((draw) => !isGiven(draw)) ?? [];
  const changed: SweepSpec = {
    settings: spec.settings.filter((setting) => !isGiven(setting)),
    axes: [...spec.axes.filter((axis) => !isGiven(axis)), ...axes],
    draws: draws.length === 0 ? undefined : { ...spec.draws!, keys: draws },
    arms: spec.arms,
    seeds: seeds ?? spec.seeds,
  };
  checkSpec(changed);
  return changed;
}

/** An axis of a flag: `key=a,b`, or a flag of its own. Throws UsageError for a key that a sweep gives in another way. */
export function axisOfFlag(key: string, values: readonly string[], subject: string): Axis {
  refuseKey(key, subject);
  if (values.some((text) => text === "")) {
    throw new UsageError("sweep-empty", `${subject} has an empty value.`);
  }
  return { key, values: values.map((text) => ({ key, text, subject })) };
}

function readSettings(entry: YamlEntry | undefined, source: SpecSource): Setting[] {
  return mappingOf(entry).map(({ key, value, place }) =>
    readSetting(key, value, `${place}: key "${key}"`, source),
  );
}

function readAxis(entry: YamlEntry, source: SpecSource): Axis {
  const { key, value } = entry;
  const subject = subjectOf(entry);
  if (!Array.isArray(value)) {
    throw new UsageError(
      "sweep-grid",
      `${subject} must be a list of values, like [a, b]; one value goes under settings.`,
    );
  }
  if (value.length === 0)
    throw new UsageError("sweep-empty", `${subject} has no values: the grid has 0 runs.`);
  return { key, values: value.map((each: unknown) => readSetting(key, each, subject, source)) };
}

function readDraws(entry: YamlEntry | undefined): Draws | undefined {
  if (entry === undefined) return undefined;
  const entries = mappingOf(entry);
  const number = (key: string, least: number, otherwise: number | undefined) => {
    const found = entries.find((each) => each.key === key);
    const value = found === undefined ? otherwise : found.value;
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
    throw new UsageError(
      "sweep-draws",
      `${subjectOf(found ?? entry)}: ${key} must be a whole number of at least ${least}.`,
    );
  };
  const keys = entries
    .filter(({ key }) => key !== "count" && key !== "seed")
    .map((each) => {
      const subject = subjectOf(each);
      refuseKey(each.key, subject);
      return { key: each.key, subject, from: readDistribution(each.value, subject) };
    });
  if (keys.length === 0) throw new UsageError("sweep-draws", `${subjectOf(entry)} names no key to draw.`);
  return { count: number("count", 1, undefined), seed: number("seed", 0, 0), keys };
}

function readSetting(key: string, value: unknown, subject: string, source: SpecSource): Setting {
  refuseKey(key, subject);
  const { file, allowEnvModule } = source;
  const named = file === undefined ? value : fromFile(key, value, subject, file, allowEnvModule);
  // Names and paths are no YAML; a program's text is read as on the command line.
  const isText = file === undefined || key === "env" || COMMAND_KEYS.some((known) => known === key);
  return { key, subject, text: isText && typeof named === "string" ? named : textOf(named) };
}

/** What a file names: files beside or below it, and a module only where the user says that it may run. */
function fromFile(
  key: string,
  value: unknown,
  subject: string,
  file: string,
  allowEnvModule: boolean,
): unknown {
  const folder = dirname(file);
  if (key === "env" && typeof value === "string" && isEnvModule(value)) {
    if (allowEnvModule) return isAbsolute(value) ? value : here(join(folder, value));
    throw new UsageError(
      "env-module",
      `${subject}: env is a module, which is code that runs. ` +
        `If you trust it, add --allow-env-module, or name it yourself: --env ${value}.`,
    );
  }
  const model = key === "env_options" ? (value as { model?: unknown } | null)?.model : undefined;
  if (key === "env_options.model" || (model !== undefined && !Object.hasOwn(value as object, "model_xml"))) {
    throw new UsageError("model-file", `${subject}: a model's file is named by the key model of its own.`);
  }
  if ((key !== "config" && key !== "model") || typeof value !== "string") return value;
  const path = join(folder, value);
  if (!isAbsolute(value) && liesIn(folder, path)) return path;
  throw new UsageError(
    "sweep-file",
    `${subject}: ${value} lies outside the sweep's folder; name it by hand: --${key} ${value}.`,
  );
}

/** A path that is told from a registered name. */
function here(path: string): string {
  return isEnvModule(path) ? path : `./${path}`;
}

function checkSpec({ settings, axes, draws, arms }: SweepSpec): void {
  for (const [i, { key, values }] of axes.entries()) {
    if (axes.findIndex((axis) => axis.key === key) === i) continue;
    throw new UsageError(
      "sweep-key",
      `${values[0]!.subject} gives ${key} a second time; put all values in one place.`,
    );
  }
  const drawn = draws?.keys ?? [];
  for (const { key, subject } of [...drawn, ...settings, ...arms.flatMap((arm) => arm.settings)]) {
    if (axes.some((axis) => axis.key === key)) {
      throw new UsageError(
        "sweep-key",
        `${subject} is varied by the grid or a flag too; give it in one place.`,
      );
    }
  }
  for (const { key, subject } of [...settings, ...arms.flatMap((arm) => arm.settings)]) {
    if (drawn.some((draw) => draw.key === key)) {
      throw new UsageError("sweep-key", `${subject} is drawn too; give it in one place.`);
    }
  }
}

function refuseKey(key: string, subject: string): void {
  const instead = NOT_A_SETTING[key];
  if (instead !== undefined)
    throw new UsageError("sweep-key", `${subject} is no setting of a sweep: ${instead}.`);
}

/** The entries of a mapping; none when it is not there or empty. */
export function mappingOf(entry: YamlEntry | undefined): readonly YamlEntry[] {
  if (entry === undefined || entry.value === null) return [];
  if (entry.mapping !== undefined) return entry.mapping.entries;
  throw new UsageError("sweep-key", `${subjectOf(entry)} must be a mapping of keys.`);
}

/** How an error names an entry. */
export function subjectOf({ key, place }: YamlEntry): string {
  return `${place}: key "${key}"`;
}
