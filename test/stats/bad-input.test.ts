import { expect, it } from "vitest";
import { RlAdanError, stats } from "../../src/index.js";

const nan = Number.NaN;
const good = [
  [1, 2],
  [3, 4],
];

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(RlAdanError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

it.each<[string, () => unknown, string]>([
  ["no run", () => stats.mean([]), "Scores have at least one run, got none."],
  ["no task", () => stats.median([[], []]), "Scores have at least one task, got none in run 0."],
  [
    "ragged rows",
    () => stats.interquartileMean([[1, 2], [3, 4], [5]]),
    "All runs have the same tasks: run 0 has 2, run 2 has 1.",
  ],
  [
    "NaN",
    () =>
      stats.optimalityGap([
        [1, 2],
        [3, nan],
      ]),
    "Scores are finite numbers, got NaN for run 1, task 1.",
  ],
  [
    "an infinite score",
    () => stats.stratifiedBootstrap([[1], [-Infinity]], () => 0),
    "Scores are finite numbers, got -Infinity for run 1, task 0.",
  ],
  ["gamma", () => stats.optimalityGap(good, nan), "gamma is a finite score, got NaN."],
  [
    "other tasks",
    () => stats.probabilityOfImprovement(good, [[1], [2]]),
    "Both have the same tasks, got 2 and 1.",
  ],
  [
    "other tasks in a test",
    () => stats.differenceTest(good, [[1]]),
    "Both have the same tasks, got 2 and 1.",
  ],
  [
    "no repetitions",
    () => stats.stratifiedBootstrap(good, stats.mean, { repetitions: 0 }),
    "repetitions is a whole number from 1 to 10000000, got 0.",
  ],
  [
    "a confidence in percent",
    () => stats.differenceTest(good, good, { confidence: 95 }),
    "confidence is a share between 0 and 1 (0.95 for 95 %), got 95.",
  ],
  [
    "a confidence of NaN, of one run too",
    () => stats.stratifiedBootstrap([[1]], stats.mean, { confidence: nan }),
    "confidence is a share between 0 and 1 (0.95 for 95 %), got NaN.",
  ],
  [
    "a negative seed",
    () => stats.performanceProfile(good, [1], { seed: -1 }),
    "A seed is a whole number from 0 to 2^53 - 1, got -1.",
  ],
  [
    "a statistic that is no number",
    () => stats.stratifiedBootstrap(good, () => nan),
    "A statistic of scores is a finite number, got NaN.",
  ],
  [
    "no threshold",
    () => stats.performanceProfile(good, []),
    "A profile has at least one threshold, got none.",
  ],
  ["a threshold", () => stats.performanceProfile(good, [nan]), "Thresholds are finite scores, got NaN."],
  ["no curve", () => stats.sampleEfficiency([]), "Scores have at least one run, got none."],
  [
    "a curve without points",
    () => stats.sampleEfficiency([[[]]]),
    "A curve has at least one point, that of run 0, task 0 has none.",
  ],
  [
    "curves of other lengths",
    () => stats.sampleEfficiency([[[1, 2]], [[3]]]),
    "All curves have the same points: run 0, task 0 has 2; run 1, task 0 has 1.",
  ],
  [
    "NaN on a curve",
    () => stats.sampleEfficiency([[[1, 2]], [[3, nan]]]),
    "Scores are finite numbers, got NaN for run 1, task 0, point 1.",
  ],
])("%s is refused", (_name, call, message) => {
  expect(messageOf(call)).toBe(message);
});
