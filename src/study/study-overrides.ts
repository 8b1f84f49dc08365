import { readAssignment } from "../config/command-line.js";
import { UsageError } from "../errors.js";
import { readSeedsOrCount } from "../sweep/seeds.js";
import type { Setting } from "../sweep/setting.js";
import { type Arm, axisOfFlag } from "../sweep/spec.js";
import { checkStudy } from "./check-study.js";
import { FIRST_TUNING_SEED, type Study } from "./study.js";

/** What flags say instead of the plan. */
export interface StudyOverrides {
  readonly envs?: readonly string[] | undefined;
  /** How many seeds, from 0 on, or which: `10`, `0-9`. */
  readonly seeds?: string | undefined;
  /** The same, from 100 on. */
  readonly tuningSeeds?: string | undefined;
  /** `key=value` each, of every run of the study. */
  readonly settings?: readonly string[];
}

/** The study with some of it given anew. Throws as `readStudy`. */
export function withStudyOverrides(study: Study, overrides: StudyOverrides): Study {
  const { envs, seeds, tuningSeeds, settings = [] } = overrides;
  const given = settings.map((assignment) => {
    const [key, text] = readAssignment(assignment);
    return axisOfFlag(key, [text.trim()], `--set ${assignment}`).values[0]!;
  });
  const isGiven = ({ key }: Setting) => given.some((setting) => setting.key === key);
  const without = (of: readonly Setting[]) => of.filter((setting) => !isGiven(setting));
  const changed: Study = {
    ...study,
    envs: envs === undefined ? study.envs : axisOfFlag("env", envs, "--env").values,
    settings: [...without(study.settings), ...given],
    checks: study.checks.map(({ name, arms: [a, b] }) => ({
      name,
      arms: [
        { ...a, settings: without(a.settings) },
        { ...b, settings: without(b.settings) },
      ],
    })),
    seeds: seeds === undefined ? study.seeds : readSeedsOrCount(seeds, 0, "--seeds"),
    tuning: {
      ...study.tuning,
      settings: without(study.tuning.settings),
      seeds:
        tuningSeeds === undefined
          ? study.tuning.seeds
          : readSeedsOrCount(tuningSeeds, FIRST_TUNING_SEED, "--tuning-seeds"),
    },
  };
  const varied = [...study.arms, ...study.checks.flatMap(({ arms }) => differingSettings(arms))];
  const twice = varied
    .flatMap((arm) => arm.settings)
    .find((setting) => given.some((other) => isSameKey(setting, other)));
  if (twice !== undefined) {
    throw new UsageError(
      "study",
      `${twice.subject} is what the arms differ in; leave out --set ${twice.key}.`,
    );
  }
  checkStudy(changed, "the study");
  return changed;
}

/** `optimizer_options` and `optimizer_options.eps` are about the same. */
function isSameKey({ key: a }: Setting, { key: b }: Setting): boolean {
  return a.split(".")[0] === b.split(".")[0];
}

/** Of each arm, what the other does not have. */
function differingSettings([a, b]: readonly [Arm, Arm]): Arm[] {
  const without = (arm: Arm, other: Arm) => ({
    ...arm,
    settings: arm.settings.filter(
      ({ key, text }) => !other.settings.some((setting) => setting.key === key && setting.text === text),
    ),
  });
  return [without(a, b), without(b, a)];
}
