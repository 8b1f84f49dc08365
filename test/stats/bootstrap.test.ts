import { describe, expect, it } from "vitest";
import { stats } from "../../src/index.js";
import { NormalStream, streamKey } from "../../src/random/index.js";
import { golden, type Scatter } from "../support/stats-golden.js";

const { own, rliable, sets, curves } = golden;
const drawn = { seed: own.seed, repetitions: own.repetitions };

describe("with the same draws in NumPy", () => {
  it("the streams are those whose keys the fixture was written with", () => {
    expect([0, 1].map((i) => streamKey(own.seed, `bootstrap-${i}`))).toEqual(own.keys);
  });

  it.each(own.aggregates)("$statistic of '$set' at $confidence has NumPy's interval", (expected) => {
    const { set, statistic, confidence, interval } = expected;
    const estimate = stats.stratifiedBootstrap(sets[set]!, stats[statistic], { ...drawn, confidence });
    expectEqualEnds(estimate, interval);
  });

  it.each(own.pairs)("'$x' against '$y' has NumPy's intervals", ({ x, y, ...expected }) => {
    const [a, b] = [sets[x]!, sets[y]!];
    const improvement = stats.stratifiedBootstrapPair(a, b, stats.probabilityOfImprovement, drawn);
    expectEqualEnds(improvement, expected.probabilityOfImprovement);
    expectEqualEnds(stats.differenceTest(a, b, drawn), expected.difference);
  });

  it.each(own.profiles)("the profile of '$set' has NumPy's band", ({ set, intervals }) => {
    const { thresholds } = golden.profiles.find((profile) => profile.set === set)!;
    const profile = stats.performanceProfile(sets[set]!, thresholds, drawn);
    expect(profile).toHaveLength(intervals.length);
    profile.forEach((estimate, i) => {
      expectEqualEnds(estimate, intervals[i]!);
    });
  });

  it("sample efficiency has NumPy's band", () => {
    const curve = stats.sampleEfficiency(curves, drawn);
    expect(curve).toHaveLength(own.efficiency.length);
    curve.forEach((estimate, i) => {
      expectEqualEnds(estimate, own.efficiency[i]!);
    });
  });
});

describe("against rliable's own generator", () => {
  it.each(rliable.aggregates)("the intervals of '$set' are rliable's", ({ set, statistics, ...scatter }) => {
    statistics.forEach((name, i) => {
      const { repetitions } = scatter;
      expectWithin(stats.stratifiedBootstrap(sets[set]!, stats[name], { repetitions }), scatter, i);
    });
  });

  it.each(rliable.pairs)("those of '$x' against '$y' are, too", ({ x, y, ...expected }) => {
    const [a, b] = [sets[x]!, sets[y]!];
    const { difference, probabilityOfImprovement: improvement } = expected;
    expectWithin(stats.differenceTest(a, b, difference), difference, 0);
    const { repetitions } = improvement;
    expectWithin(
      stats.stratifiedBootstrapPair(a, b, stats.probabilityOfImprovement, { repetitions }),
      improvement,
      0,
    );
  });

  it.each(rliable.profiles)("so is the band of the profile of '$set'", ({ set, ...scatter }) => {
    const { thresholds } = golden.profiles.find((profile) => profile.set === set)!;
    stats.performanceProfile(sets[set]!, thresholds).forEach((estimate, i) => {
      expectWithin(estimate, scatter, i);
    });
  });

  it("so is the band of sample efficiency, whose points rliable draws apart", () => {
    stats.sampleEfficiency(curves).forEach((estimate, i) => {
      expectWithin(estimate, rliable.efficiency, i);
    });
  });
});

describe("a bootstrap", () => {
  const scores = sets["six tasks"]!;

  it("gives the same again for a seed, and something else for another", () => {
    const interval = (seed: number) =>
      stats.stratifiedBootstrap(scores, stats.mean, { repetitions: 100, seed }).interval;
    expect(interval(3)).toEqual(interval(3));
    expect(interval(4)).not.toEqual(interval(3));
  });

  it("draws runs within each task only", () => {
    const tasks = [
      [1, 10, 100],
      [2, 20, 200],
      [3, 30, 300],
    ];
    const seen = [new Set<number>(), new Set<number>(), new Set<number>()];
    const mixed = new Set<string>();
    stats.stratifiedBootstrap(
      tasks,
      (rows) => {
        for (const row of rows) {
          Array.from(row).forEach((score, task) => {
            seen[task]!.add(score);
          });
          mixed.add(Array.from(row).join());
        }
        return 0;
      },
      { repetitions: 200 },
    );
    expect(seen.map((of) => [...of].sort((a, b) => a - b))).toEqual([
      [1, 2, 3],
      [10, 20, 30],
      [100, 200, 300],
    ]);
    expect(mixed.size).toBe(27);
  });

  it("of one run has no interval", () => {
    const one = sets["one run"]!;
    expect(stats.stratifiedBootstrap(one, stats.mean)).toEqual({ value: 0.4375, interval: null });
    expect(stats.performanceProfile(one, [0])).toEqual([{ value: 0.75, interval: null }]);
    expect(stats.sampleEfficiency([[[1, 2]]])).toEqual([
      { value: 1, interval: null },
      { value: 2, interval: null },
    ]);
    const few = stats.differenceTest([[1]], [[2], [3]]);
    expect(few).toEqual({ value: -1.5, interval: null, verdict: null });
  });
});

describe("the difference test", () => {
  const near = [[1], [2], [3], [4], [5]];
  const far = [[11], [12], [13], [14], [15]];

  it("says higher, lower or no difference", () => {
    expect(stats.differenceTest(far, near, { repetitions: 500 }).verdict).toBe("higher");
    expect(stats.differenceTest(near, far, { repetitions: 500 }).verdict).toBe("lower");
    expect(stats.differenceTest(near, near, { repetitions: 500 }).verdict).toBe("no difference");
  });

  it("shows none where both are all the same", () => {
    expect(stats.differenceTest([[1], [1]], [[1], [1]], { repetitions: 50 })).toEqual({
      value: 0,
      interval: [0, 0],
      verdict: "no difference",
    });
  });

  it("compares another statistic where asked", () => {
    const skewed = [[0], [0], [0], [100]];
    const { value } = stats.differenceTest(skewed, near, { repetitions: 1, statistic: stats.mean });
    expect(value).toBe(22);
  });

  it("finds a difference between equal arms of ten runs about one time in twenty", () => {
    const experiments = 400;
    const stream = new NormalStream([1, 10]);
    const normals = new Float64Array(20);
    let found = 0;
    for (let experiment = 0; experiment < experiments; experiment++) {
      stream.fill(experiment, normals);
      const runs = Array.from(normals, (score) => [score]);
      const options = { repetitions: 500, seed: experiment };
      const { verdict } = stats.differenceTest(runs.slice(0, 10), runs.slice(10), options);
      if (verdict !== "no difference") found += 1;
    }
    // Of 400 draws at 5 %: 20, with a standard deviation of 4.4; the limits lie three of them away.
    expect(found).toBeGreaterThan(7);
    expect(found).toBeLessThan(33);
  });
});

/** NumPy interpolates between the same two drawn statistics: nothing but rounding is left. */
function expectEqualEnds({ interval }: stats.Estimate, expected: readonly number[]): void {
  expect(interval).not.toBeNull();
  interval!.forEach((end, i) => {
    // Statistics of scores up to a million are sums that lose that many more digits.
    const size = Math.max(1, Math.abs(expected[i]!));
    expect(Math.abs(end - expected[i]!)).toBeLessThanOrEqual(1e-12 * size);
  });
}

/**
 * Five standard deviations of one run of rliable, which are those of one of ours, around rliable's mean over its
 * seeds; an end that moves in steps may stand on the next one.
 */
function expectWithin({ interval }: stats.Estimate, scatter: Scatter, statistic: number): void {
  expect(interval).not.toBeNull();
  interval!.forEach((end, side) => {
    const deviation = scatter.deviation[statistic]![side]!;
    const tolerance = 5 * deviation * Math.sqrt(1 + 1 / scatter.repeats) + 1.001 * scatter.step;
    expect(Math.abs(end - scatter.mean[statistic]![side]!)).toBeLessThanOrEqual(tolerance + 1e-12);
  });
}
