import { describe, expect, it } from "vitest";
import { groupRuns } from "../../src/report/arms.js";
import { summarize } from "../../src/report/summary.js";
import { runOf, scalarsOf } from "../support/report-runs.js";

const versions = { rl_adan: "0.1.0", mujoco: "3.14.0" };
const settings = (given: Readonly<Record<string, string>>) => ({ gamma: "0.99", seed: "1", ...given });
const returns = (value: number) => ({ "charts/episodic_return": scalarsOf(Array<number>(100).fill(value)) });
const labels = (runs: Parameters<typeof groupRuns>[0]) =>
  groupRuns(runs).map(({ env, label }) => `${env}: ${label}`);

describe("arms", () => {
  it("are runs whose settings differ in nothing but the seed and what moves no result", () => {
    const arms = groupRuns([
      runOf({ seed: 1, settings: settings({ threads: "1" }), versions }),
      runOf({ seed: 2, settings: settings({ threads: "4", seed: "2" }), versions }),
    ]);
    expect(arms.map(({ label, runs }) => [label, runs.length])).toEqual([["ppo-adan", 2]]);
  });

  it("are named by as few settings as tell them apart, the learning rate first", () => {
    const base = { clip: "0.2", learning_rate: "1e-3", zeta: "1" };
    expect(
      labels([
        runOf({ settings: settings(base) }),
        runOf({ settings: settings({ ...base, clip: "0.1", learning_rate: "3e-4", zeta: "2" }) }),
        runOf({ settings: settings({ ...base, clip: "0.1" }) }),
      ]),
    ).toEqual([
      "InvertedPendulum-v5: ppo-adan learning_rate=1e-3 clip=0.1",
      "InvertedPendulum-v5: ppo-adan learning_rate=1e-3 clip=0.2",
      "InvertedPendulum-v5: ppo-adan learning_rate=3e-4 clip=0.1",
    ]);
  });

  it("have one name in all environments, where a recipe has settings for some of them", () => {
    expect(
      labels([
        runOf({ env: "Swimmer-v5", settings: settings({ gamma: "0.9999" }) }),
        runOf({ env: "Hopper-v5", settings: settings({}) }),
      ]),
    ).toEqual(["Hopper-v5: ppo-adan", "Swimmer-v5: ppo-adan"]);
  });

  it("of different versions of environment, rl-adan or engine are never one", () => {
    expect(
      labels([
        runOf({ env: "Hopper-v4", settings: settings({}), versions }),
        runOf({ settings: settings({}), versions }),
        runOf({ settings: settings({}), versions: { ...versions, rl_adan: "0.1.9" } }),
        runOf({ settings: settings({}), versions: { ...versions, rl_adan: "0.2.0" } }),
        runOf({ settings: settings({}), versions: { ...versions, mujoco: "4.0.0" } }),
      ]),
    ).toEqual([
      "Hopper-v4: ppo-adan mujoco=3.14.0 rl_adan=0.1",
      "InvertedPendulum-v5: ppo-adan mujoco=3.14.0 rl_adan=0.1",
      "InvertedPendulum-v5: ppo-adan mujoco=3.14.0 rl_adan=0.2",
      "InvertedPendulum-v5: ppo-adan mujoco=4.0.0 rl_adan=0.1",
    ]);
  });

  it("with and without recorded settings are two", () => {
    expect(labels([runOf({ settings: settings({}) }), runOf({ settings: null })])).toHaveLength(2);
  });

  it("may have settings with names that every object knows", () => {
    const plain = runOf({ settings: settings({}) });
    const odd = runOf({ settings: settings({ constructor: "1", toString: "2", ["__proto__"]: "3" }) });
    expect(labels([plain, odd])).toEqual([
      "InvertedPendulum-v5: ppo-adan __proto__=3",
      "InvertedPendulum-v5: ppo-adan __proto__=none",
    ]);
    const { settings: differing } = summarize(groupRuns([plain, odd])).environments[0]!;
    expect(differing).toEqual([
      { name: "__proto__", values: ["3", undefined] },
      { name: "constructor", values: ["1", undefined] },
      { name: "toString", values: ["2", undefined] },
    ]);
  });

  it("of very long settings are still told apart", () => {
    const long = "x".repeat(500);
    const found = labels([
      runOf({ settings: settings({ a: `${long}1` }) }),
      runOf({ settings: settings({ a: `${long}2` }) }),
    ]);
    expect(new Set(found).size).toBe(2);
    expect(Math.max(...found.map((label) => label.length))).toBeLessThan(200);
  });

  it("leave out a run that is shorter than the others, and one that repeats a seed", () => {
    const [arm] = groupRuns([
      runOf({ name: "a", seed: 1, lastStep: 1000 }),
      runOf({ name: "b", seed: 2, lastStep: 990 }),
      runOf({ name: "c", seed: 3, lastStep: 500 }),
      runOf({ name: "d", seed: 2, lastStep: 1000 }),
      runOf({ name: "e", seed: null }),
      runOf({ name: "f", seed: null }),
    ]);
    expect(arm!.runs.map(({ name }) => name)).toEqual(["a", "b", "e", "f"]);
    expect(arm!.leftOut.map(({ run, why }) => `${run.name}: ${why}`)).toEqual([
      "c: it ends at step 500, the longest at 1000",
      "d: it repeats seed 2 of b",
    ]);
  });

  it("by names are what a pattern matches, whatever the settings, which is said", () => {
    const runs = [
      runOf({ name: "x/adan-1", seed: 1, settings: settings({ gamma: "0.9" }) }),
      runOf({ name: "x/adan-2", seed: 2, settings: settings({}) }),
    ];
    const [arm] = groupRuns(runs, { group: /x\/(\w+)-/g });
    expect([arm!.label, arm!.runs.length, arm!.notes]).toEqual(["adan", 2, ["its runs differ in gamma"]]);
    expect(() => groupRuns(runs, { group: /y/ })).toThrow(
      "--group /y/ matches nothing in the name of the run x/adan-1.",
    );
  });

  it("need an environment", () => {
    expect(() => groupRuns([runOf({ env: null })])).toThrow(
      "/runs/run does not say its environment, neither in its files nor by its folders' names; name it with --env (option env).",
    );
  });
});

describe("a summary", () => {
  const arm = (method: string, values: readonly number[], more: Parameters<typeof runOf>[0] = {}) =>
    values.map((value, i) =>
      runOf({ name: `${method}-${i}`, method, seed: i, scalars: returns(value), ...more }),
    );

  it("has interquartile means, means and the probability of improvement, in each environment and over all", () => {
    const runs = [
      ...arm("x", [1, 2, 3, 8], { env: "A-v1" }),
      ...arm("y", [0, 2, 2, 2], { env: "A-v1" }),
      ...arm("x", [5, 5, 5, 5], { env: "B-v1" }),
      ...arm("y", [9, 9, 9, 9], { env: "B-v1" }),
    ];
    const { environments, improvements, notes } = summarize(groupRuns(runs));
    const x = environments[0]!.arms[0]!.scores.training!;
    expect([x.iqm.value, x.mean, x.runs]).toEqual([2.5, 3.5, 4]);
    expect(x.iqm.interval![0]).toBeGreaterThanOrEqual(1);
    // Pairs that x wins: 1 beats one, 2 beats one and ties three, 3 and 8 beat four each: 11.5 of 16.
    expect(environments.map((of) => of.improvements.map(({ probability }) => probability.value))).toEqual([
      [11.5 / 16],
      [0],
    ]);
    expect(improvements.map(({ x, y, probability }) => [x, y, probability.value])).toEqual([
      ["x", "y", 11.5 / 32],
    ]);
    expect(notes).toEqual([]);
  });

  it("of one run has no interval, and says so", () => {
    const [environment] = summarize(groupRuns(arm("x", [4]))).environments;
    expect(environment!.arms[0]!.scores.training!.iqm).toEqual({ value: 4, interval: null });
    expect(environment!.notes).toContain("x: one run only, so there is no interval.");
  });

  it("of a run that ended in NaN leaves it out of the score, and says which", () => {
    const { environments, runs } = summarize(groupRuns(arm("x", [4, Number.NaN, 6])));
    expect(environments[0]!.arms[0]!.scores.training).toMatchObject({ runs: 2, mean: 5 });
    expect(environments[0]!.notes).toContain(
      "x: 1 of 3 runs have no training score and are left out of it: x-1.",
    );
    expect(runs[1]!.scores).toEqual({ training: null, evaluation: null });
    expect(runs[1]!.notes[0]).toContain("100 of 100 values of charts/episodic_return are not finite");
  });

  it("says where arms are unequal, in runs and in length, and which runs are not finished", () => {
    const runs = [...arm("x", [1, 2], { status: "unfinished" }), ...arm("y", [3], { lastStep: 500 })];
    expect(summarize(groupRuns(runs)).environments[0]!.notes).toEqual([
      "The arms are of unequal lengths (1000, 500 steps): their scores are of unequal training.",
      "The arms have unequal numbers of runs (2, 1).",
      "Intervals of fewer than 10 runs are too narrow: x has 2.",
      "x: not finished, but as long as the others: x-0, x-1.",
      "x: settings were not recorded: its runs are those whose folders are named alike.",
      "y: one run only, so there is no interval.",
      "y: settings were not recorded: its runs are those whose folders are named alike.",
    ]);
  });

  it("of runs without returns says so", () => {
    const { environments, runs } = summarize(groupRuns([runOf({})]));
    expect(environments[0]!.arms[0]!.scores).toEqual({});
    expect(runs[0]!.notes).toEqual(["it has no returns"]);
  });

  it("compares many arms with one: that which is named, or the first", () => {
    const runs = ["a", "b", "c", "d", "e", "f", "g"].flatMap((method) => arm(method, [1, 2]));
    const pairs = (reference?: string) =>
      summarize(
        groupRuns(runs),
        reference === undefined ? {} : { reference },
      ).environments[0]!.improvements.map(({ x, y }) => x + y);
    expect(pairs()).toEqual(["ba", "ca", "da", "ea", "fa", "ga"]);
    expect(pairs("c")).toEqual(["ac", "bc", "dc", "ec", "fc", "gc"]);
    const ranked = groupRuns([...arm("x", [1]), ...arm("y", [2], { scalars: {} })]);
    expect(summarize(ranked, { reference: "y" }).environments[0]!.improvements).toEqual([]);
    expect(() => pairs("z")).toThrow('There is no arm "z"; there are a, b, c, d, e, f, g.');
  });

  it("over environments with unequal runs compares nothing, and says so", () => {
    const runs = [
      ...arm("x", [1, 2], { env: "A-v1" }),
      ...arm("y", [1], { env: "A-v1" }),
      ...arm("x", [1], { env: "B-v1" }),
    ];
    const { improvements, notes } = summarize(groupRuns(runs));
    expect(improvements).toEqual([]);
    expect(notes).toHaveLength(1);
  });
});
