import { parseYamlValue } from "../config/yaml-file.js";
import { groupHash } from "../run/hashes.js";
import { fileSafe } from "../run/run-directory.js";
import type { SeedRange } from "../sweep/seeds.js";
import type { Setting } from "../sweep/setting.js";
import type { Arm } from "../sweep/spec.js";
import type { Study } from "./study.js";

const HASH_DIGITS = 8;

/** Where a study's page goes unless it is said: plans and flags that differ in more than seeds have folders of their own. */
export function studyFolderName(study: Study): string {
  const { description: _, seeds: __, ...identity } = planOf(study);
  return `study-${fileSafe(study.name)}-${groupHash(identity).slice(0, HASH_DIGITS)}`;
}

/**
 * The plan of a study as its file has it, flags and all: what reads it again is the same study, but for files that it names, whose
 * paths are from where the study was carried out.
 */
export function planOf(study: Study): Record<string, unknown> {
  const { description, envs, settings, arms, seeds, tuning, comparisons, checks } = study;
  return {
    ...(description === "" ? {} : { description }),
    env: envs.map(({ text }) => text),
    settings: valuesOf(settings),
    arms: armsOf(arms),
    seeds: rangesOf(seeds),
    tuning: {
      learning_rate: tuning.rates.map(valueIn),
      seeds: rangesOf(tuning.seeds),
      settings: valuesOf(tuning.settings),
      take_from: Object.fromEntries(tuning.takenFrom),
    },
    compare: comparisons,
    checks: Object.fromEntries(checks.map((check) => [check.name, armsOf(check.arms)])),
  };
}

function armsOf(arms: readonly Arm[]): Record<string, unknown> {
  return Object.fromEntries(arms.map(({ name, settings }) => [name, valuesOf(settings)]));
}

function valuesOf(settings: readonly Setting[]): Record<string, unknown> {
  return Object.fromEntries(settings.map((setting) => [setting.key, valueIn(setting)]));
}

function valueIn({ text, subject }: Setting): unknown {
  return parseYamlValue(text, subject);
}

function rangesOf(seeds: readonly SeedRange[]): string {
  return seeds.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
