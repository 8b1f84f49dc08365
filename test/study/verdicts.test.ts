import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { groupRuns } from "../../src/report/index.js";
import type { Study } from "../../src/study/study.js";
import { expectedFalseDifferences, verdictsOf } from "../../src/study/verdicts.js";
import { runOf, scalarsOf } from "../support/report-runs.js";

const study = (comparisons: Study["comparisons"]) => ({ comparisons }) as Study;
const arm = (name: string, scores: readonly number[]) =>
  scores.map((score, seed) =>
    runOf({
      method: name,
      seed,
      path: `${name}${seed}`,
      scalars: { "eval/mean_reward": scalarsOf([score]) },
    }),
  );

function textsOf(x: readonly number[], y: readonly number[]): string[] {
  const arms = groupRuns([...arm("x", x), ...arm("y", y)], { group: ({ method }) => method });
  return verdictsOf(study([["x", "y"]]), arms).map(({ text }) => text);
}

describe("a verdict", () => {
  it("names the direction where the whole interval of the difference lies on one side of 0", () => {
    // Interquartile means of four: of the middle two.
    expect(textsOf([10, 11, 12, 13], [1, 2, 3, 4])[0]).toMatch(
      /^x less y: 9\.00, interval \S+ to \S+: x scores higher \(95 %\)$/,
    );
    expect(textsOf([1, 2, 3, 4], [10, 11, 12, 13])[0]).toMatch(
      /^x less y: -9\.00, interval \S+ to \S+: x scores lower \(95 %\)$/,
    );
  });

  it("is expected to be wrong as often as docs/statistics.md measured", () => {
    const page = readFileSync(new URL("../../docs/statistics.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (\d+) \|(?: [\d.]+ % \|){3} ([\d.]+) % \|/gm)];
    const measured = rows.map(([, runs, share]) => ({ runs: Number(runs), share: Number(share) / 100 }));
    expect(measured).toHaveLength(5);
    for (const { runs, share } of measured)
      expect(expectedFalseDifferences([{ runs }])).toBeCloseTo(share, 9);
    expect(expectedFalseDifferences([{ runs: 1 }, { runs: 4 }, { runs: 40 }])).toBeCloseTo(0.199 + 0.052, 9);
  });

  it("says so where none is shown, and where one run says nothing", () => {
    expect(textsOf([1, 2, 3, 4], [1, 2, 3, 4])[0]).toMatch(
      /^x less y: 0\.000, interval -\S+ to \S+: no difference at 95 %$/,
    );
    expect(textsOf([1], [2])).toEqual(["x, y: one run says nothing about a difference"]);
  });
});
