import { existsSync } from "node:fs";
import { readRunConfigFile } from "../config/config-file-node.js";
import { RlAdanError } from "../errors.js";
import { failureFolder } from "../run/failure-dump.js";
import { isBegun, isFinished } from "../run/run-directory.js";
import type { SweepEngine } from "../sweep/engine.js";
import type { PlanOptions, SweepPlan } from "../sweep/plan.js";
import { runSweep, type SweepOutcome, type SweepReporter, type SweepRunOutcome } from "../sweep/run-sweep.js";
import { type CheckOutcome, checkOutcomes } from "./check-outcome.js";
import { countRuns, type Study } from "./study.js";
import { checkSize, planChecks, planTest, planTuning, sweepPlanOf } from "./study-plan.js";
import type { StudyRun } from "./study-run.js";
import { chooseRates, type TunedRates } from "./tuning.js";

/** What a study came to, as far as its page tells it. */
export interface StudyResult {
  readonly rates: TunedRates;
  readonly checks: readonly CheckOutcome[];
  /** Of those that are compared, the ones that finished. */
  readonly runs: readonly StudyRun[];
  readonly failed: readonly FailedRun[];
}

/** A run that should have been compared. */
export interface FailedRun {
  readonly env: string;
  readonly arm: string;
  readonly seed: number;
  readonly message: string;
}

/**
 * "stopped": a run that tunes, or checks, could not be carried out, for another reason than its learning rate, so that nothing can be
 * chosen yet; "interrupted": by request. The same study goes on after both.
 */
export type StudyOutcome =
  | { readonly status: "interrupted" }
  | { readonly status: "stopped" }
  | { readonly status: "finished"; readonly result: StudyResult };

export interface StudyOptions extends PlanOptions {
  readonly engineFor: (plan: SweepPlan) => SweepEngine;
  readonly reporter: SweepReporter;
  readonly signal: AbortSignal | undefined;
}

/** Keys that are no part of a run's identity, but of its score. */
const SCORE_KEYS = ["eval_episodes", "eval_actions", "on_nan"] as const;

/**
 * Carries a study out: the runs that tune and the checks, then those that are compared. What is done is what lies in the runs'
 * folders, so the same study again does only what is missing. A learning rate at which a run's numbers leave what is finite is
 * ruled out.
 *
 * Throws as `planSweep`, before the first run begins, and `chooseRates`; RlAdanError for a run that was evaluated otherwise than
 * the plan says.
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<StudyOutcome> {
  const { tuning, checks } = await planBeginning(study, options);
  const first = [...checks, ...tuning];
  refuseOtherScores(first);
  const searched = await carryOut(first, { ...options, reporter: tellingDivergence(options.reporter) });
  const broken = searched.runs.filter((run) => run.state !== "finished" && !hasDiverged(run));
  if (searched.status === "interrupted") return { status: "interrupted" };
  if (broken.length > 0) return { status: "stopped" };
  const rates = chooseRates(study, tuning);
  const test = await planTest(study, rates, options);
  refuseOtherScores(test);
  const compared = await carryOut(test, options);
  if (compared.status === "interrupted") return { status: "interrupted" };
  const failures = new Map(
    compared.runs.flatMap(({ state, runDirectory, message }) =>
      state === "finished" ? [] : [[runDirectory, message ?? state] as const],
    ),
  );
  const failed = test.flatMap(({ arm, run }): FailedRun[] => {
    const message = failures.get(run.directory.path);
    return message === undefined ? [] : [{ env: run.config.env, arm, seed: run.seed, message }];
  });
  const runs = test.filter(({ run }) => !failures.has(run.directory.path));
  return { status: "finished", result: { rates, checks: checkOutcomes(study, checks), runs, failed } };
}

/** What is known of a study's runs before it is carried out; unknown: how many depend on learning rates that are not found yet. */
export async function planned(
  study: Study,
  options: PlanOptions,
): Promise<{ runs: SweepPlan["runs"]; unknown: number }> {
  const { tuning, checks } = await planBeginning(study, options);
  const isTuned = tuning.every(({ run }) => isFinished(run.directory) || hasDivergedIn(run.directory.path));
  const test = isTuned ? await planTest(study, chooseRates(study, tuning), options) : [];
  const { runs } = sweepPlanOf([...checks, ...tuning, ...test]);
  return { runs, unknown: isTuned ? 0 : countRuns(study).test };
}

/** All configurations are looked at before the first run: those that are compared at a rate in the place of what is not found yet. */
async function planBeginning(study: Study, options: PlanOptions) {
  checkSize(study, options.allowManyRuns === true);
  const [tuning, checks] = [await planTuning(study, options), await planChecks(study, options)];
  const anyRate = { of: () => study.tuning.rates[0]! };
  await planTest(study, anyRate, options);
  return { tuning, checks };
}

async function carryOut(runs: readonly StudyRun[], options: StudyOptions): Promise<SweepOutcome> {
  const plan = sweepPlanOf(runs);
  return runSweep(plan, options.engineFor(plan), options);
}

/** A run of the same identity may have been evaluated otherwise: by a sweep, or by this study before its plan was edited. */
function refuseOtherScores(runs: readonly StudyRun[]): void {
  for (const { run } of runs) {
    const { path, config: file } = run.directory;
    if (!isBegun(run.directory) && !isFinished(run.directory)) continue;
    const values = new Map(readRunConfigFile(file).entries.map(({ key, value }) => [key, value]));
    for (const key of SCORE_KEYS) {
      const [found, wanted] = [values.get(key), (run.config as Readonly<Record<string, unknown>>)[key]];
      if (found === undefined || wanted === undefined || found === wanted) continue;
      throw new RlAdanError(
        "study-run",
        `${path} was trained with ${key}: ${String(found)}, the study has ${String(wanted)}; move it away, or name another --runs-root.`,
      );
    }
  }
}

/** A rate that is ruled out is an answer, and no failure of the study: what goes on is not told to go on. */
function tellingDivergence(reporter: SweepReporter): SweepReporter {
  return {
    started: (runs, finished) => reporter.started(runs, finished),
    changed: (run, result) => reporter.changed(run, result),
    looked: (status) => reporter.looked(status),
    stopping: () => reporter.stopping?.(),
    ended({ status, runs }) {
      const others = runs.filter((run) => !hasDiverged(run));
      const isWhole = others.every(({ state }) => state === "finished");
      reporter.ended({ status: isWhole ? "finished" : status, runs: others });
    },
  };
}

function hasDiverged({ state, runDirectory }: SweepRunOutcome): boolean {
  return state === "failed" && hasDivergedIn(runDirectory);
}

/** A number that is not finite ends a run with a dump. */
function hasDivergedIn(runDirectory: string): boolean {
  return existsSync(failureFolder(runDirectory));
}
