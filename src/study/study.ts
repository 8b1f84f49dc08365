import { compileSchedule } from "../config/schedule.js";
import { parseYamlValue } from "../config/yaml-file.js";
import { ENOUGH_RUNS } from "../report/summary.js";
import { countSeeds, type SeedRange } from "../sweep/seeds.js";
import type { Setting } from "../sweep/setting.js";
import type { Arm } from "../sweep/spec.js";

/** A comparison of arms, each with the learning rate that suits it, as it was planned. */
export interface Study {
  /** Of its file. */
  readonly name: string;
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

/** Where tuning seeds begin that are only counted: apart from test seeds, which begin at 0. */
export const FIRST_TUNING_SEED = 100;

/** What its seeds can't tell, said before they are trained. */
export function studyNotes({ seeds, tuning }: Study): string[] {
  const [test, tuned] = [countSeeds(seeds), countSeeds(tuning.seeds)];
  return [
    ...(test === 1 ? ["one test seed: no difference can be shown"] : []),
    ...(test > 1 && test < ENOUGH_RUNS
      ? [`${test} test seeds: intervals of fewer than ${ENOUGH_RUNS} are too narrow`]
      : []),
    ...(tuned === 1 ? ["one tuning seed: which learning rate it likes best is mostly chance"] : []),
  ];
}

/** The value of a learning rate's schedule at the start of a run. Throws UsageError where it is none. */
export function startOf({ text, subject }: Setting): number {
  const value = parseYamlValue(text, subject);
  return compileSchedule(typeof value === "number" ? value : String(value), "learning_rate").at(0, 0);
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
  return tuning.seeds[0]!.first;
}
