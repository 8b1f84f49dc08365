import { RlAdanError } from "../errors.js";
import { isFinished } from "../run/run-directory.js";
import { readRunResult } from "../run/run-result.js";
import type { Setting } from "../sweep/setting.js";
import type { Study } from "./study.js";
import type { TuningRun } from "./study-run.js";

/** What the search of one arm in one environment found. */
export interface Search {
  /** As the study names it. */
  readonly env: string;
  /** With its version. */
  readonly envId: string;
  readonly arm: string;
  readonly trials: readonly Trial[];
  /** Index into `trials` of the best one. */
  readonly best: number;
}

/** A learning rate that was tried. */
export interface Trial {
  readonly rate: Setting;
  /** Mean of the final deterministic evaluations of all tuning seeds; null where one of the runs left what is finite. */
  readonly score: number | null;
  readonly scores: readonly (number | null)[];
}

/** The learning rates that the searches chose. */
export class TunedRates {
  constructor(readonly searches: readonly Search[]) {}

  /** Throws RlAdanError where this arm had no search. */
  of(env: string, arm: string): Setting {
    const search = this.searches.find((found) => found.env === env && found.arm === arm);
    if (search !== undefined) return search.trials[search.best]!.rate;
    throw new RlAdanError("study-search", `There is no search of ${arm} in ${env}.`);
  }
}

/**
 * Chooses each arm's learning rate: the one with the highest mean of final deterministic evaluations over the tuning seeds. A rate
 * at which a run's numbers, or its evaluation, left what is finite is not chosen. runs: carried out, all of them.
 *
 * Throws RlAdanError where no rate of an arm is left.
 */
export function chooseRates({ tuning }: Study, runs: readonly TuningRun[]): TunedRates {
  const cells = new Map<string, TuningRun[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.env, run.arm]);
    cells.set(key, [...(cells.get(key) ?? []), run]);
  }
  return new TunedRates([...cells.values()].map((of) => search(tuning.rates, of)));
}

function search(rates: readonly Setting[], runs: readonly TuningRun[]): Search {
  const { env, arm, run } = runs[0]!;
  const trials = rates.map((rate): Trial => {
    const scores = runs.filter((run) => run.rate === rate).map(scoreOf);
    const isWhole = scores.every((score) => score !== null);
    return {
      rate,
      scores,
      score: isWhole ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null,
    };
  });
  const best = trials.reduce<number>((found, { score }, i) => {
    if (score === null) return found;
    return found < 0 || score > trials[found]!.score! ? i : found;
  }, -1);
  if (best >= 0) return { env, envId: run.config.env, arm, trials, best };
  throw new RlAdanError(
    "study-search",
    `No learning rate of ${arm} in ${env} is left: at each of them a run left what is finite, or was never evaluated.`,
  );
}

/** The final evaluation of a finished run. */
function scoreOf({ run: { directory } }: TuningRun): number | null {
  if (!isFinished(directory)) return null;
  const score = readRunResult(directory)["eval_mean_return"];
  return typeof score === "number" && Number.isFinite(score) ? score : null;
}
