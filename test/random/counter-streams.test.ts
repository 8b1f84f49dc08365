import { describe, expect, it } from "vitest";
import {
  IndexStream,
  NormalStream,
  type StreamKey,
  streamKey,
  UniformStream,
} from "../../src/random/index.js";
import { golden } from "../support/stats-golden.js";

const COUNT = 100_000;
/** The 99.9 % quantile of the Kolmogorov distance times sqrt(n). */
const KOLMOGOROV = 1.95;

function normals(key: StreamKey, step: number, count: number): Float64Array {
  const out = new Float64Array(count);
  new NormalStream(key).fill(step, out);
  return out;
}

function uniforms(key: StreamKey, step: number, count: number): Float64Array {
  const out = new Float64Array(count);
  new UniformStream(key).fill(step, out);
  return out;
}

/** Φ(x) by Marsaglia's series ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …). */
function normalDistribution(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** The largest distance of the sample's distribution function from the given one. */
function kolmogorovDistance(draws: Float64Array, distribution: (x: number) => number): number {
  const sorted = draws.toSorted();
  return sorted.reduce((largest, x, i) => {
    const expected = distribution(x);
    return Math.max(largest, expected - i / sorted.length, (i + 1) / sorted.length - expected);
  }, 0);
}

function correlation(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0) / a.length;
}

describe("normals keyed by (stream, step)", () => {
  it.each([
    [
      [1, 2],
      0,
      [1.588799508131284, 2.2630862396932816, 0.035910157446343696, 0.34847101653553264, -1.3532123496793158],
    ],
    [
      [0xdeadbeef, 7],
      2 ** 40 + 9,
      [0.8273646464716236, 0.09255185604837313, 2.486232635232748, 1.275234222189318],
    ],
  ] as [StreamKey, number, number[]][])(
    "are those of an independent Philox and Box–Muller in mpmath: key %j, step %d",
    (key, step, expected) => {
      const draws = normals(key, step, expected.length);
      // log, sin and cos are within 2.5 ulp; near a zero of sin or cos the rounding of 2πu counts, absolutely.
      expected.forEach((value, i) => {
        expect(Math.abs(draws[i]! - value)).toBeLessThan(3e-15);
      });
    },
  );

  it("depend on nothing else: not on the order of calls, the length asked for or the array's type", () => {
    const stream = new NormalStream([3, 4]);
    const fill = (step: number, out: Float64Array | Float32Array) => {
      stream.fill(step, out);
      return [...out];
    };
    const first = fill(10, new Float64Array(5));
    for (const other of [9, 11, 10 + 2 ** 32, 2 ** 53]) {
      expect(fill(other, new Float64Array(5))).not.toEqual(first);
    }
    expect(fill(10, new Float64Array(5))).toEqual(first);
    expect(fill(10, new Float64Array(2))).toEqual(first.slice(0, 2));
    expect(fill(10, new Float32Array(5))).toEqual(first.map(Math.fround));
  });

  it("have the moments of a standard normal, within five standard errors", () => {
    const draws = normals(streamKey(1, "test"), 0, COUNT);
    const mean = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / COUNT;
    expect(Math.abs(mean(1))).toBeLessThan(5 / Math.sqrt(COUNT));
    expect(Math.abs(mean(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
    expect(Math.abs(mean(3))).toBeLessThan(5 * Math.sqrt(15 / COUNT));
    expect(Math.abs(mean(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / COUNT));
  });

  it("follow the normal distribution, within a step and over the steps of an actor", () => {
    const acrossSteps = new Float64Array(COUNT);
    const stream = new NormalStream(streamKey(1, "noise/env-0"));
    // Six action components a step, as HalfCheetah takes them.
    for (let step = 0; step * 6 < COUNT; step++)
      stream.fill(step, acrossSteps.subarray(6 * step, 6 * step + 6));
    for (const draws of [normals([0, 0], 5, COUNT), acrossSteps]) {
      expect(kolmogorovDistance(draws, normalDistribution)).toBeLessThan(KOLMOGOROV / Math.sqrt(COUNT));
    }
  });

  it("are uncorrelated between neighbours, steps and streams, within five standard errors", () => {
    const draws = normals([1, 1], 1, COUNT);
    const others = [
      draws.subarray(1),
      draws.subarray(2),
      normals([1, 1], 2, COUNT),
      normals([1, 2], 1, COUNT),
      normals([2, 1], 1, COUNT),
    ];
    for (const other of others) {
      const pairs = other.length;
      expect(Math.abs(correlation(draws.subarray(0, pairs), other))).toBeLessThan(5 / Math.sqrt(pairs));
    }
  });
});

describe("uniforms keyed by (stream, step)", () => {
  it("are those of an independent Philox in Python", () => {
    expect([...uniforms([5, 6], 3, 5)]).toEqual([
      0.4848832480523896, 0.45011102524740476, 0.5304793103020803, 0.6571131979344896, 0.3059653770323857,
    ]);
    expect([...uniforms([5, 6], 2 ** 53 - 1, 2)]).toEqual([0.17636549273161972, 0.14649746824087373]);
  });

  it("fill [0, 1) evenly", () => {
    const draws = uniforms([5, 6], 3, COUNT);
    expect(draws.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(kolmogorovDistance(draws, (x) => x)).toBeLessThan(KOLMOGOROV / Math.sqrt(COUNT));
  });
});

it("the test's own normal distribution function agrees with tables", () => {
  expect(normalDistribution(1.96)).toBeCloseTo(0.9750021048517795, 14);
  expect(normalDistribution(-3)).toBeCloseTo(0.0013498980316301, 14);
});

describe("whole numbers below a bound", () => {
  it.each(golden.indices)(
    "below $bound at step $step are those of an independent Philox in NumPy",
    (record) => {
      const out = new Int32Array(record.values.length);
      new IndexStream(record.key).fill(record.step, record.bound, out);
      expect([...out]).toEqual(record.values);
    },
  );
});
