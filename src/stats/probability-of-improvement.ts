import { checkSameTasks, type Scores } from "./scores.js";

/**
 * The probability that a run of x scores higher than a run of y in the same task, over all pairs of runs, averaged over
 * the tasks; a tie counts half. 0.5 says that neither is better.
 *
 * x, y: the same tasks in the same order; the numbers of runs may differ.
 * Throws as `checkScores`, and ShapeError where the numbers of tasks differ.
 * Source: Agarwal et al. 2021, rliable's `probability_of_improvement`: the Mann-Whitney U of each task over its pairs.
 */
export function probabilityOfImprovement(x: Scores, y: Scores): number {
  const tasks = checkSameTasks(x, y);
  let sum = 0;
  for (let task = 0; task < tasks; task++) sum += pairsWon(x, y, task) / (x.length * y.length);
  return sum / tasks;
}

function pairsWon(x: Scores, y: Scores, task: number): number {
  let won = 0;
  for (let i = 0; i < x.length; i++) {
    const score = x[i]![task]!;
    for (let j = 0; j < y.length; j++) {
      const other = y[j]![task]!;
      if (score > other) won += 1;
      else if (score === other) won += 0.5;
    }
  }
  return won;
}
