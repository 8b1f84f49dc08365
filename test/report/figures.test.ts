import { expect, it } from "vitest";
import { groupRuns } from "../../src/report/arms.js";
import { drawFigure } from "../../src/report/figure.js";
import { figuresOf } from "../../src/report/figures.js";
import { numberText, tickText } from "../../src/report/number-text.js";
import { summarize } from "../../src/report/summary.js";
import { runOf, scalarsOf } from "../support/report-runs.js";

const training = { "charts/episodic_return": scalarsOf([1, 2, 3]) };
const both = { ...training, "eval/mean_reward": scalarsOf([4, 5]) };

it("an arm looks the same in every figure, also where another is missing", () => {
  const runs = [runOf({ method: "a", scalars: training }), runOf({ method: "b", scalars: both })];
  const figures = figuresOf(summarize(groupRuns(runs)).environments[0]!, 0);
  const styles = figures.map(({ name, figure }) => [
    name.replace("1-InvertedPendulum-v5-", ""),
    figure.lines.map(({ label, style }) => `${label[0]}${style}`).join(" "),
  ]);
  expect(styles).toEqual([
    ["training-steps", "a0 b1"],
    ["evaluation-steps", "b1"],
    ["training-minutes", "a0 b1"],
    ["profile-training", "a0 b1"],
    ["profile-evaluation", "b1"],
  ]);
});

it("more arms than can be told apart are split into figures", () => {
  const runs = Array.from({ length: 9 }, (_, i) => runOf({ method: `m${i}`, scalars: training }));
  const figures = figuresOf(summarize(groupRuns(runs)).environments[0]!, 2);
  expect(figures.slice(0, 2).map(({ name, figure }) => [name, figure.title, figure.lines.length])).toEqual([
    ["3-InvertedPendulum-v5-training-steps-1", "InvertedPendulum-v5: training (1 of 2)", 8],
    ["3-InvertedPendulum-v5-training-steps-2", "InvertedPendulum-v5: training (2 of 2)", 1],
  ]);
});

it.each([
  { what: "one point", x: [0], values: [0] },
  { what: "equal values", x: [1, 2], values: [5, 5] },
  { what: "the largest and smallest numbers", x: [1, 9e18], values: [-3e38, 3e38] },
  { what: "tiny numbers", x: [1e-9, 2e-9], values: [-1e-300, 1e-300] },
])("a figure of $what has axes with ticks and no NaN", async ({ x, values }) => {
  const points = values.map((value) => ({ value, interval: null }));
  const svg = await drawFigure({ title: "t", xName: "x", yName: "y", lines: [{ label: "l", x, points }] });
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect([...svg.matchAll(/<text /g)].length).toBeGreaterThan(5);
});

it.each([
  [1234567.8, "1,234,568", "1,234,567.8"],
  [-1500, "-1,500", "-1,500"],
  [999.96, "1,000.0", "999.96"],
  [12.345, "12.35", "12.345"],
  [0.25, "0.250", "0.25"],
  [-0.0001, "0.000", "-0.0001"],
  [0, "0.000", "0"],
  [2e-9, "0.000", "2e-9"],
])("%s reads %s in a table and %s at a tick", (value, table, tick) => {
  expect([numberText(value), tickText(value)]).toEqual([table, tick]);
});
