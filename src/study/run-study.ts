import { readRuns, type Scalars } from "../report/index.js";
import { isClockTag } from "../run/diff-runs.js";
import { isFinished } from "../run/run-directory.js";
import type { SweepEngine } from "../sweep/engine.js";
import type { PlanOptions, SweepPlan } from "../sweep/plan.js";
import { runSweep, type SweepOutcome, type SweepReporter } from "../sweep/run-sweep.js";
import { countRuns, type Study } from "./study.js";
import { checkSize, planChecks, planTest, planTuning, sweepPlanOf } from "./study-plan.js";
import type { StudyRun } from "./study-run.js";
import { chooseRates, type TunedRates } from "./tuning.js";

/** Whether two arms that must be the same were so. */
export interface CheckOutcome {
  readonly name: string;
  readonly arms: readonly [string, string];
  readonly isIdentical: boolean;
}

/** "failed": some of the runs that are compared did not finish, the others did; "interrupted": the same study goes on. */
export type StudyOutcome =
  | { readonly status: "interrupted" }
  | {
      readonly status: "finished" | "failed";
      readonly rates: TunedRates;
      readonly checks: readonly CheckOutcome[];
      /** Those that finished. */
      readonly runs: readonly StudyRun[];
    };

export interface StudyOptions extends PlanOptions {
  readonly engineFor: (plan: SweepPlan) => SweepEngine;
  readonly reporter: SweepReporter;
  readonly signal: AbortSignal | undefined;
}

/**
 * Carries a study out: the runs that tune and the checks, then those that are compared. What is done is what lies in the runs'
 * folders, so the same study again does only what is missing. A run that fails while tuning rules its learning rate out.
 *
 * Throws as `planSweep` and `chooseRates`.
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<StudyOutcome> {
  checkSize(study, options.allowManyRuns === true);
  const [tuning, checks] = [await planTuning(study, options), await planChecks(study, options)];
  const searched = await carryOut([...checks, ...tuning], options);
  if (searched.status === "interrupted") return { status: "interrupted" };
  const rates = chooseRates(study, tuning);
  const test = await planTest(study, rates, options);
  const compared = await carryOut(test, options);
  if (compared.status === "interrupted") return { status: "interrupted" };
  const finished = new Set(
    compared.runs.filter(({ state }) => state === "finished").map(({ runDirectory }) => runDirectory),
  );
  return {
    status: compared.status,
    rates,
    checks: checkOutcomes(study, checks),
    runs: test.filter(({ run }) => finished.has(run.directory.path)),
  };
}

/** What is known of a study's runs before it is carried out; unknown: how many depend on learning rates that are not found yet. */
export async function planned(
  study: Study,
  options: PlanOptions,
): Promise<{ runs: SweepPlan["runs"]; unknown: number }> {
  checkSize(study, options.allowManyRuns === true);
  const [tuning, checks] = [await planTuning(study, options), await planChecks(study, options)];
  const isTuned = tuning.every(({ run }) => isFinished(run.directory));
  const test = isTuned ? await planTest(study, chooseRates(study, tuning), options) : [];
  const { runs } = sweepPlanOf([...checks, ...tuning, ...test]);
  return { runs, unknown: isTuned ? 0 : countRuns(study).test };
}

async function carryOut(runs: readonly StudyRun[], options: StudyOptions): Promise<SweepOutcome> {
  const plan = sweepPlanOf(runs);
  return runSweep(plan, options.engineFor(plan), options);
}

function checkOutcomes({ checks }: Study, runs: readonly StudyRun[]): CheckOutcome[] {
  return checks.map(({ name, arms }, i) => {
    const [a, b] = [runs[2 * i]!, runs[2 * i + 1]!];
    const bothFinished = isFinished(a.run.directory) && isFinished(b.run.directory);
    return {
      name,
      arms: [arms[0].name, arms[1].name],
      isIdentical: bothFinished && logTheSame(a.run.directory.path, b.run.directory.path),
    };
  });
}

/** Whether every number that both runs logged is the same, but for what the clock says. */
function logTheSame(pathA: string, pathB: string): boolean {
  const [a, b] = [readRuns(pathA)[0]!.scalars, readRuns(pathB)[0]!.scalars];
  const tags = [...a.keys()].filter((tag) => b.has(tag) && !isClockTag(tag));
  return tags.length > 0 && tags.every((tag) => isEqual(a.get(tag)!, b.get(tag)!));
}

function isEqual(a: Scalars, b: Scalars): boolean {
  const areEqual = (x: Float64Array, y: Float64Array) =>
    x.length === y.length && x.every((value, i) => Object.is(value, y[i]));
  return areEqual(a.steps, b.steps) && areEqual(a.values, b.values);
}
