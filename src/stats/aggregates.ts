import { UsageError } from "../errors.js";
import { checkScores, type Scores } from "./scores.js";

/**
 * The mean over all runs and tasks.
 *
 * Throws as `checkScores`, and so do all below.
 * Source: rliable's `aggregate_mean`.
 */
export function mean(scores: Scores): number {
  const tasks = checkScores(scores);
  let sum = 0;
  for (let task = 0; task < tasks; task++) sum += taskMean(scores, task);
  return sum / tasks;
}

/**
 * The median over tasks of each task's mean over runs.
 *
 * Source: rliable's `aggregate_median`.
 */
export function median(scores: Scores): number {
  const tasks = checkScores(scores);
  const means = new Float64Array(tasks);
  for (let task = 0; task < tasks; task++) means[task] = taskMean(scores, task);
  means.sort();
  const half = tasks >> 1;
  return tasks % 2 === 1 ? means[half]! : (means[half - 1]! + means[half]!) / 2;
}

function taskMean(scores: Scores, task: number): number {
  let sum = 0;
  for (let run = 0; run < scores.length; run++) sum += scores[run]![task]!;
  return sum / scores.length;
}

/** Where interquartileMean sorts: a bootstrap calls it 50,000 times with one size. */
let sorted = new Float64Array(0);

/**
 * The mean of the middle half of all scores, runs and tasks taken together: of n scores the floor(n / 4) lowest and as
 * many highest are left out.
 *
 * Source: Agarwal et al. 2021 (arXiv 2108.13264), rliable's `aggregate_iqm`: scipy.stats.trim_mean(scores, 0.25, axis=None).
 */
export function interquartileMean(scores: Scores): number {
  const tasks = checkScores(scores);
  const count = scores.length * tasks;
  if (sorted.length !== count) sorted = new Float64Array(count);
  for (let run = 0; run < scores.length; run++) {
    const row = scores[run]!;
    for (let task = 0; task < tasks; task++) sorted[run * tasks + task] = row[task]!;
  }
  sorted.sort();
  const cut = Math.floor(count / 4);
  let sum = 0;
  for (let i = cut; i < count - cut; i++) sum += sorted[i]!;
  return sum / (count - 2 * cut);
}

/**
 * By how much the scores fall short of gamma on average; a score beyond gamma counts as gamma. Lower is better.
 *
 * gamma: in the unit of the scores (1 where they are normalised so that 1 is enough); throws UsageError unless finite.
 * Source: Agarwal et al. 2021, rliable's `aggregate_optimality_gap`.
 */
export function optimalityGap(scores: Scores, gamma = 1): number {
  const tasks = checkScores(scores);
  if (!Number.isFinite(gamma)) throw new UsageError("gamma", `gamma is a finite score, got ${gamma}.`);
  let sum = 0;
  for (let run = 0; run < scores.length; run++) {
    const row = scores[run]!;
    for (let task = 0; task < tasks; task++) sum += Math.min(row[task]!, gamma);
  }
  return gamma - sum / (scores.length * tasks);
}
