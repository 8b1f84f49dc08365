import { describe, expect, it } from "vitest";
import { curveOver } from "../../src/report/curves.js";
import { scoreOf } from "../../src/report/scores.js";
import { runOf, scalarsOf } from "../support/report-runs.js";

const up = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("a score", () => {
  it("of training is the mean of the last 100 episodes, its maximum that of full windows, its curve of the windows so far", () => {
    const run = runOf({ scalars: { "charts/episodic_return": scalarsOf([...up(150), 0, 0]) } });
    const score = scoreOf(run, "training")!;
    // The last 100 are 53 to 150 and two zeros: (150 · 151 − 52 · 53) / 2 / 100.
    expect(score.value).toBe(99.47);
    // 51 to 150.
    expect(score.maximum).toBe(100.5);
    expect([...score.curve.values.slice(0, 3)]).toEqual([1, 1.5, 2]);
    expect(score.notes).toEqual([]);
  });

  it("of fewer episodes is the mean of all and says so", () => {
    const run = runOf({ scalars: { "charts/episodic_return": scalarsOf([1, 2, 6]) } });
    expect(scoreOf(run, "training")).toMatchObject({
      value: 3,
      maximum: 3,
      notes: ["only 3 of 100 training episodes ended"],
    });
  });

  it("of training without episodes is the last mean that was logged", () => {
    const run = runOf({ scalars: { "rollout/ep_rew_mean": scalarsOf([5, 9, 7]) } });
    expect(scoreOf(run, "training")).toMatchObject({ value: 7, maximum: 9, notes: [] });
  });

  it("of evaluation is the last one, said where that is not at the end; without its tag there is none", () => {
    const run = runOf({ lastStep: 3, scalars: { "eval/mean_reward": scalarsOf([5, 9, 7]) } });
    expect(scoreOf(run, "evaluation")).toMatchObject({ value: 7, maximum: 9, notes: [] });
    expect(scoreOf({ ...run, lastStep: 4 }, "evaluation")).toMatchObject({
      value: 7,
      notes: ["its last evaluation is at step 3 of 4"],
    });
    expect(scoreOf(run, "training")).toBe(undefined);
  });

  it("of evaluations that draw actions is none, and says why", () => {
    const run = runOf({
      settings: { eval_actions: "sampled" },
      scalars: { "eval/mean_reward": scalarsOf([5, 9]) },
    });
    expect(scoreOf(run, "evaluation")).toMatchObject({
      value: null,
      maximum: null,
      notes: ["its evaluations are no deterministic ones: eval_actions is sampled"],
    });
  });

  it("that a number which is not finite went into is none; the curve leaves that number out, and says so", () => {
    const episodes = scalarsOf([1, Number.NaN, 3]);
    const run = runOf({
      scalars: {
        "charts/episodic_return": episodes,
        "eval/mean_reward": scalarsOf([1, Number.POSITIVE_INFINITY]),
      },
    });
    const training = scoreOf(run, "training")!;
    expect(training.value).toBe(null);
    expect([...training.curve.values]).toEqual([1, 2]);
    expect([...training.curve.steps]).toEqual([1, 3]);
    expect(training.notes[0]).toBe(
      "1 of 3 values of charts/episodic_return are not finite, the first at step 2",
    );
    expect(scoreOf(run, "evaluation")).toMatchObject({ value: null, maximum: 1 });
  });
});

describe("a curve", () => {
  it("at the same steps in all runs is the interquartile mean there, over 4 runs that of the middle two", () => {
    const series = [1, 2, 3, 100].map((factor) => scalarsOf([factor, 10 * factor]));
    const curve = curveOver(series, "steps")!;
    expect(curve.x).toEqual([1, 2]);
    expect(curve.points.map(({ value }) => value)).toEqual([2.5, 25]);
    expect(curve.points.every(({ interval }) => interval !== null)).toBe(true);
  });

  it("of unequal steps goes from the latest first point to the earliest last one, where the last value by then counts", () => {
    const early = { ...scalarsOf([0, 1]), steps: Float64Array.of(10, 60) };
    const late = { ...scalarsOf([4, 5]), steps: Float64Array.of(20, 90) };
    const curve = curveOver([early, late], "steps")!;
    expect([curve.x[0], curve.x.at(-1)]).toEqual([20, 60]);
    expect(curve.points[0]!.value).toBe(2);
    expect(curve.points.at(-2)!.value).toBe(2);
    expect(curve.points.at(-1)!.value).toBe(2.5);
  });

  it("over minutes counts seconds of logging", () => {
    const scalars = { ...scalarsOf([3, 4]), seconds: Float64Array.of(30, 120) };
    expect(curveOver([scalars], "minutes")).toEqual({
      x: [0.5, 2],
      points: [
        { value: 3, interval: null },
        { value: 4, interval: null },
      ],
      runs: 1,
    });
  });

  it("of runs that have no common part is none", () => {
    const early = { ...scalarsOf([0, 1]), steps: Float64Array.of(1, 2) };
    const late = { ...scalarsOf([4, 5]), steps: Float64Array.of(20, 90) };
    expect(curveOver([early, late], "steps")).toBe(undefined);
    expect(curveOver([], "steps")).toBe(undefined);
  });
});
