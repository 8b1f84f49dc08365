import { describe, expect, it } from "vitest";
import { stats } from "../../src/index.js";
import { golden } from "../support/stats-golden.js";

/** Sums of at most 60 doubles: the order of adding moves less than this share of the largest score. */
function expectClose(actual: number, expected: number, size = 1): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected), size));
}

describe.each(golden.aggregates)("of '$set'", (expected) => {
  const scores = golden.sets[expected.set]!;
  const size = Math.max(...scores.flatMap((row) => Array.from(row, Math.abs)));

  it.each(["mean", "median", "interquartileMean", "optimalityGap"] as const)("%s is rliable's", (name) => {
    expectClose(stats[name](scores), expected[name], size);
  });

  it("the optimality gap at another gamma is rliable's", () => {
    expectClose(stats.optimalityGap(scores, 2), expected.optimalityGapAt2, size);
  });
});

it.each(golden.pairs)(
  "probability of improvement of '$x' over '$y' is rliable's",
  ({ x, y, ...expected }) => {
    const [a, b] = [golden.sets[x]!, golden.sets[y]!];
    expectClose(stats.probabilityOfImprovement(a, b), expected.probabilityOfImprovement);
    // Ties count half on both sides.
    expectClose(stats.probabilityOfImprovement(b, a), 1 - expected.probabilityOfImprovement);
  },
);

it.each(golden.pairs.slice(0, 3))("difference of '$x' and '$y' is rliable's", ({ x, y, difference }) => {
  const { value } = stats.differenceTest(golden.sets[x]!, golden.sets[y]!, { repetitions: 1 });
  expectClose(value, difference, 10_000);
});

it.each(golden.profiles)("profile of '$set' is rliable's", ({ set, thresholds, values }) => {
  const profile = stats.performanceProfile(golden.sets[set]!, thresholds, { repetitions: 1 });
  expect(profile).toHaveLength(values.length);
  profile.forEach(({ value }, i) => {
    expectClose(value, values[i]!);
  });
});

it("sample efficiency is rliable's interquartile mean at each point", () => {
  const curve = stats.sampleEfficiency(golden.curves, { repetitions: 1 });
  expect(curve).toHaveLength(golden.efficiency.length);
  curve.forEach(({ value }, i) => {
    expectClose(value, golden.efficiency[i]!);
  });
});

it("scores are left as they were, and typed arrays do as well", () => {
  const rows = [
    [3, 1],
    [2, 5],
    [4, 0],
    [9, 7],
  ];
  const typed = rows.map((row) => Float64Array.from(row));
  // Sorted 0 1 2 3 4 5 7 9: the middle four.
  expect(stats.interquartileMean(rows)).toBe(3.5);
  expect(stats.interquartileMean(typed)).toBe(3.5);
  expect(rows).toEqual([
    [3, 1],
    [2, 5],
    [4, 0],
    [9, 7],
  ]);
});
