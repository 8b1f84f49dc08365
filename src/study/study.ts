import { compileSchedule } from "../config/schedule.js";
import { parseYamlValue, type YamlEntry, type YamlMapping } from "../config/yaml-file.js";
import { didYouMean, UsageError } from "../errors.js";
import { countSeeds, listSeeds, readSeeds, type SeedRange } from "../sweep/seeds.js";
import type { Setting } from "../sweep/setting.js";
import { type Arm, axisOfFlag, readSpec, type SpecSource } from "../sweep/spec.js";

/** A comparison of arms, each with the learning rate that suits it, as it was planned. */
export interface Study {
  readonly description: string;
  readonly envs: readonly Setting[];
  /** Of every run; an arm's own win. */
  readonly settings: readonly Setting[];
  readonly arms: readonly Arm[];
  /** That the arms are compared with. */
  readonly seeds: readonly SeedRange[];
  readonly tuning: Tuning;
  /** Which arms are compared with which, by name. */
  readonly comparisons: readonly (readonly [x: string, y: string])[];
  readonly checks: readonly Check[];
}

/** How the learning rate of each arm is found, in each environment by itself. */
export interface Tuning {
  /** The same for every arm; schedules, the value at the start of each is larger than that of the one before. */
  readonly rates: readonly Setting[];
  /** None of them is a seed of the comparison. */
  readonly seeds: readonly SeedRange[];
  /** Of the runs that tune, over those of the study. */
  readonly settings: readonly Setting[];
  /** Arms that have no search of their own, and the arm whose rate each takes. */
  readonly takenFrom: ReadonlyMap<string, string>;
}

/** Two arms that must be the same to the last bit, run with the first of the tuning seeds in the first environment. */
export interface Check {
  readonly name: string;
  readonly arms: readonly [Arm, Arm];
}

const STUDY_KEYS = ["description", "env", "settings", "arms", "seeds", "tuning", "compare", "checks"];
const TUNING_KEYS = ["learning_rate", "seeds", "settings", "take_from"];

/** Reads a study's plan. Throws UsageError, naming the place, for an unknown key and for what doesn't fit together. */
export function readStudy(mapping: YamlMapping, source: SpecSource): Study {
  const top = entriesOf(mapping, STUDY_KEYS, "A study");
  const tuned = top.get("tuning");
  if (tuned?.mapping === undefined) {
    throw new UsageError(
      "study",
      `${tuned?.place ?? mapping.file}: a study needs tuning: learning_rate and seeds.`,
    );
  }
  const tuning = entriesOf(tuned.mapping, TUNING_KEYS, "The tuning of a study");
  const required = (key: "env" | "arms" | "seeds") => {
    const entry = top.get(key);
    if (entry !== undefined) return entry;
    throw new UsageError("study", `${mapping.file}: a study needs ${key}.`);
  };
  const armsOf = (entry: YamlEntry) =>
    readSpec({ file: mapping.file, entries: [{ ...entry, key: "arms" }] }, source).arms;
  const settingsOf = (entry: YamlEntry | undefined) =>
    entry === undefined
      ? []
      : readSpec({ file: mapping.file, entries: [{ ...entry, key: "settings" }] }, source).settings;
  const valuesOf = (entry: YamlEntry) => {
    const grid = { file: mapping.file, entries: [{ ...entry, value: listOf(entry) }] };
    return readSpec(
      { file: mapping.file, entries: [{ key: "grid", value: {}, place: entry.place, mapping: grid }] },
      source,
    ).axes[0]!.values;
  };
  const rates = tuning.get("learning_rate");
  const tuningSeeds = tuning.get("seeds");
  if (rates === undefined || tuningSeeds === undefined) {
    throw new UsageError("study", `${tuned.place}: tuning needs learning_rate, a list, and seeds.`);
  }
  const arms = armsOf(required("arms"));
  const seeds = required("seeds");
  const study: Study = {
    description: String(top.get("description")?.value ?? ""),
    envs: valuesOf(required("env")),
    settings: settingsOf(top.get("settings")),
    arms,
    seeds: readSeeds(seeds.value, subjectOf(seeds)),
    tuning: {
      rates: valuesOf(rates),
      seeds: readSeeds(tuningSeeds.value, subjectOf(tuningSeeds)),
      settings: settingsOf(tuning.get("settings")),
      takenFrom: new Map(
        (tuning.get("take_from")?.mapping?.entries ?? []).map(({ key, value }) => [key, String(value)]),
      ),
    },
    comparisons: readComparisons(top.get("compare"), arms),
    checks: (top.get("checks")?.mapping?.entries ?? []).map((entry) => {
      const pair = armsOf(entry);
      if (pair.length === 2) return { name: entry.key, arms: [pair[0]!, pair[1]!] };
      throw new UsageError("study", `${subjectOf(entry)} must be two arms, got ${pair.length}.`);
    }),
  };
  checkStudy(study, mapping.file);
  return study;
}

/** What flags say instead of the plan. */
export interface StudyOverrides {
  readonly envs?: readonly string[] | undefined;
  /** How many seeds, from 0 on, or which: `10`, `0-9`. */
  readonly seeds?: string | undefined;
  readonly tuningSeeds?: string | undefined;
  /** `key=value` each, of every run of the study. */
  readonly settings?: readonly string[];
}

/** The study with some of it given anew. Throws as `readStudy`. */
export function withStudyOverrides(study: Study, overrides: StudyOverrides): Study {
  const { envs, seeds, tuningSeeds, settings = [] } = overrides;
  const given = settings.map((assignment) => {
    const [, key, text] = /^\s*([^\s=]+)\s*=(.*)$/s.exec(assignment) ?? [];
    if (key === undefined || text === undefined) {
      throw new UsageError("study", `--set ${assignment}: write key=value, for instance --set epochs=5.`);
    }
    return axisOfFlag(key, [text.trim()], `--set ${assignment}`).values[0]!;
  });
  const isGiven = ({ key }: Setting) => given.some((setting) => setting.key === key);
  const without = (of: readonly Setting[]) => of.filter((setting) => !isGiven(setting));
  const changed: Study = {
    ...study,
    envs: envs === undefined ? study.envs : axisOfFlag("env", envs, "--env").values,
    settings: [...without(study.settings), ...given],
    seeds: seeds === undefined ? study.seeds : readTestSeeds(seeds),
    tuning: {
      ...study.tuning,
      settings: without(study.tuning.settings),
      seeds: tuningSeeds === undefined ? study.tuning.seeds : readSeeds(tuningSeeds, "--tuning-seeds"),
    },
  };
  for (const arm of study.arms) {
    const twice = arm.settings.find(isGiven);
    if (twice !== undefined)
      throw new UsageError(
        "study",
        `${twice.subject} is what the arms differ in; leave out --set ${twice.key}.`,
      );
  }
  checkStudy(changed, "the study");
  return changed;
}

/** `10` is ten seeds here: one alone compares nothing. */
function readTestSeeds(text: string): SeedRange[] {
  if (!/^\d+$/.test(text)) return readSeeds(text, "--seeds");
  if (Number(text) >= 1) return [{ first: 0, last: Number(text) - 1 }];
  throw new UsageError("study", "--seeds must be at least 1, or name seeds like 0-9.");
}

/** The value of a learning rate's schedule at the start of a run. Throws UsageError where it is none. */
export function startOf({ text, subject }: Setting): number {
  const value = parseYamlValue(text, subject);
  return compileSchedule(typeof value === "number" ? value : String(value), "learning_rate").at(0, 0);
}

function checkStudy({ arms, seeds, tuning, settings, envs }: Study, where: string): void {
  const names = arms.map(({ name }) => name);
  if (names.length < 2) throw new UsageError("study", `${where}: a study compares at least two arms.`);
  const all = [...settings, ...tuning.settings, ...arms.flatMap((arm) => arm.settings)];
  for (const { key, subject } of all) {
    if (key === "learning_rate")
      throw new UsageError("study", `${subject}: the study finds each arm's learning rate (tuning).`);
    if (key === "env")
      throw new UsageError("study", `${subject}: environments are listed under env of the study.`);
  }
  if (new Set(envs.map(({ text }) => text)).size < envs.length) {
    throw new UsageError("study", `${envs[0]!.subject} names an environment twice.`);
  }
  for (const [arm, other] of tuning.takenFrom) {
    refuseUnknown(arm, names, `${where}: take_from`);
    refuseUnknown(other, names, `${where}: take_from`);
    if (tuning.takenFrom.has(other)) {
      throw new UsageError("study", `${where}: take_from: ${other} has no search of its own.`);
    }
  }
  const starts = tuning.rates.map(startOf);
  if (starts.some((start, i) => i > 0 && start <= starts[i - 1]!)) {
    throw new UsageError(
      "study",
      `${tuning.rates[0]!.subject}: list the learning rates from the smallest to the largest.`,
    );
  }
  const both = seeds.find((a) => tuning.seeds.some((b) => a.first <= b.last && b.first <= a.last));
  if (both !== undefined) {
    throw new UsageError(
      "study",
      `${where}: the tuning seeds and those of the comparison share some of ${both.first}-${both.last}; ` +
        "a rate that was chosen on a seed looks better on it than it is.",
    );
  }
}

function readComparisons(entry: YamlEntry | undefined, arms: readonly Arm[]): [string, string][] {
  const [first, ...others] = arms.map(({ name }) => name);
  if (entry === undefined) return others.map((other) => [other, first!]);
  const isPair = (pair: unknown): pair is [unknown, unknown] => Array.isArray(pair) && pair.length === 2;
  if (!Array.isArray(entry.value) || !entry.value.every(isPair)) {
    throw new UsageError(
      "study",
      `${subjectOf(entry)} must be a list of pairs of arms, like [[adan, adam]].`,
    );
  }
  const names = arms.map(({ name }) => name);
  return entry.value.map((pair: [unknown, unknown]) => {
    const [x, y] = pair.map(String);
    refuseUnknown(x!, names, subjectOf(entry));
    refuseUnknown(y!, names, subjectOf(entry));
    return [x!, y!];
  });
}

function refuseUnknown(name: string, names: readonly string[], where: string): void {
  if (names.includes(name)) return;
  throw new UsageError(
    "study",
    `${where} names the arm "${name}"; there are ${names.join(", ")}.${didYouMean(name, names)}`,
  );
}

function entriesOf(mapping: YamlMapping, known: readonly string[], what: string): Map<string, YamlEntry> {
  for (const { key, place } of mapping.entries) {
    if (known.includes(key)) continue;
    throw new UsageError(
      "study",
      `${place}: key "${key}" is unknown.${didYouMean(key, known) || ` ${what} has ${known.join(", ")}.`}`,
    );
  }
  return new Map(mapping.entries.map((entry) => [entry.key, entry]));
}

function listOf({ value }: YamlEntry): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function subjectOf({ key, place }: YamlEntry): string {
  return `${place}: key "${key}"`;
}

/** How many runs the study has at most. */
export function countRuns({ arms, envs, seeds, tuning, checks }: Study): {
  tuning: number;
  test: number;
  checks: number;
} {
  const searched = arms.length - tuning.takenFrom.size;
  return {
    tuning: searched * envs.length * tuning.rates.length * countSeeds(tuning.seeds),
    test: arms.length * envs.length * countSeeds(seeds),
    checks: 2 * checks.length,
  };
}

/** The seed that checks are run with. */
export function firstTuningSeed({ tuning }: Study): number {
  return listSeeds(tuning.seeds.slice(0, 1))[0]!;
}
