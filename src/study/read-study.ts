import { basename } from "node:path";
import type { YamlEntry, YamlMapping } from "../config/yaml-file.js";
import { didYouMean, UsageError } from "../errors.js";
import { readSeedsOrCount } from "../sweep/seeds.js";
import { type Arm, mappingOf, readSpec, type SpecSource, subjectOf } from "../sweep/spec.js";
import { checkStudy, refuseUnknown } from "./check-study.js";
import { FIRST_TUNING_SEED, type Study } from "./study.js";

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
    name: basename(mapping.file).replace(/\.ya?ml$/, ""),
    description: String(top.get("description")?.value ?? ""),
    envs: valuesOf(required("env")),
    settings: settingsOf(top.get("settings")),
    arms,
    seeds: readSeedsOrCount(seeds.value, 0, subjectOf(seeds)),
    tuning: {
      rates: valuesOf(rates),
      seeds: readSeedsOrCount(tuningSeeds.value, FIRST_TUNING_SEED, subjectOf(tuningSeeds)),
      settings: settingsOf(tuning.get("settings")),
      takenFrom: new Map(mappingOf(tuning.get("take_from")).map(({ key, value }) => [key, String(value)])),
    },
    comparisons: readComparisons(top.get("compare"), arms),
    checks: mappingOf(top.get("checks")).map((entry) => {
      const pair = armsOf(entry);
      if (pair.length === 2) return { name: entry.key, arms: [pair[0]!, pair[1]!] };
      throw new UsageError("study", `${subjectOf(entry)} must be two arms, got ${pair.length}.`);
    }),
  };
  checkStudy(study, mapping.file);
  return study;
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
