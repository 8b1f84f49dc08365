import { UsageError } from "../errors.js";
import { BAND_REPETITIONS, type BootstrapOptions, bootstrap, type Estimate } from "./bootstrap.js";
import { checkScores, type Scores } from "./scores.js";

/**
 * For each threshold the share of all runs and tasks that score more than it (the run-score distribution), with its
 * interval; one point of a curve that falls from 1 to 0.
 *
 * thresholds: at least one finite score, in any order.
 * options: as of a bootstrap, but 2,000 repetitions unless said.
 * Throws as `stratifiedBootstrap`; UsageError where a threshold is not finite or there is none.
 * Source: Agarwal et al. 2021, rliable's `create_performance_profile`.
 */
export function performanceProfile(
  scores: Scores,
  thresholds: ArrayLike<number>,
  options?: BootstrapOptions,
): Estimate[] {
  const levels = Array.from(thresholds);
  if (levels.length === 0)
    throw new UsageError("thresholds", "A profile has at least one threshold, got none.");
  for (const level of levels) {
    if (!Number.isFinite(level)) {
      throw new UsageError("thresholds", `Thresholds are finite scores, got ${level}.`);
    }
  }
  const tasks = checkScores(scores);
  const shares = levels.map(
    (level) =>
      ([drawn]: readonly Scores[]) =>
        countAbove(drawn!, tasks, level) / (scores.length * tasks),
  );
  return bootstrap([scores], shares, { repetitions: BAND_REPETITIONS, ...options });
}

function countAbove(scores: Scores, tasks: number, threshold: number): number {
  let count = 0;
  for (let run = 0; run < scores.length; run++) {
    const row = scores[run]!;
    for (let task = 0; task < tasks; task++) if (row[task]! > threshold) count += 1;
  }
  return count;
}
