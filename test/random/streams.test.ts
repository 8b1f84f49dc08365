import { describe, expect, it } from "vitest";
import { NormalStream, permutation, streamKey, streamSeed64, UniformStream } from "../../src/random/index.js";

describe("named streams", () => {
  it("have a key of their own for every name and seed", () => {
    const names = ["init", "shuffle", ...Array.from({ length: 50 }, (_, i) => `noise/env-${i}`)];
    const keys = [1, 2, 2 ** 40].flatMap((seed) => names.map((name) => streamKey(seed, name).join()));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("give the same bits again, and 64 of them", () => {
    expect(streamKey(7, "a")).toEqual(streamKey(7, "a"));
    const [high, low] = streamKey(7, "a");
    expect(streamSeed64(7, "a")).toBe(BigInt(high) * 2n ** 32n + BigInt(low));
  });

  it("refuse a seed that is no whole number of at least 0", () => {
    expect(() => streamKey(-1, "a")).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: A seed is a whole number from 0 to 2^53 - 1, got -1.]`,
    );
  });
});

describe("normals keyed by (stream, step)", () => {
  const count = 100_000;
  const draws = new Float64Array(count);
  new NormalStream(streamKey(1, "test")).fill(0, draws);

  it("do not depend on what was drawn before", () => {
    const stream = new NormalStream([3, 4]);
    const fill = (step: number) => {
      const out = new Float64Array(5);
      stream.fill(step, out);
      return [...out];
    };
    const first = fill(10);
    fill(11);
    expect(fill(10)).toEqual(first);
    expect(fill(11)).not.toEqual(first);
    expect(fill(10 + 2 ** 32)).not.toEqual(first);
    const shorter = new Float64Array(3);
    stream.fill(10, shorter);
    expect([...shorter]).toEqual(first.slice(0, 3));
  });

  it("have the moments of a standard normal, within five standard errors", () => {
    const mean = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / count;
    expect(Math.abs(mean(1))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(mean(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(mean(3))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(mean(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });

  it("follow the normal distribution function", () => {
    // Φ at -2, -1, 0, 1, 2, from tables.
    const table: [number, number][] = [
      [-2, 0.022750131948],
      [-1, 0.158655253931],
      [0, 0.5],
      [1, 0.841344746069],
      [2, 0.977249868052],
    ];
    for (const [x, expected] of table) {
      const share = draws.reduce((below, draw) => below + (draw <= x ? 1 : 0), 0) / count;
      // The Kolmogorov distance exceeds 1.95 / sqrt(n) once in a thousand times.
      expect(Math.abs(share - expected)).toBeLessThan(1.95 / Math.sqrt(count));
    }
  });
});

describe("uniforms keyed by (stream, step)", () => {
  it("fill [0, 1) evenly", () => {
    const draws = new Float64Array(100_000);
    new UniformStream([5, 6]).fill(3, draws);
    const bins = new Float64Array(10);
    for (const draw of draws) bins[Math.floor(draw * 10)]! += 1;
    expect(bins.length).toBe(10);
    const chiSquare = bins.reduce((sum, bin) => sum + (bin - 10_000) ** 2 / 10_000, 0);
    // 99.9 % quantile of chi-square with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.88);
  });
});

describe("permutations keyed by (stream, iteration, epoch)", () => {
  const draw = (iteration: number, epoch: number, length: number) => {
    const out = new Int32Array(length);
    permutation([1, 2], iteration, epoch, out);
    return [...out];
  };

  it("are permutations, the same again, others for another epoch or iteration", () => {
    const first = draw(3, 1, 100);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(draw(3, 1, 100)).toEqual(first);
    expect(draw(3, 2, 100)).not.toEqual(first);
    expect(draw(4, 1, 100)).not.toEqual(first);
    expect(draw(0, 0, 1)).toEqual([0]);
  });

  it("of three things are all six equally often", () => {
    const counts = new Map<string, number>();
    for (let iteration = 0; iteration < 6000; iteration++) {
      const key = draw(iteration, 0, 3).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 99.9 % quantile of chi-square with 5 degrees of freedom.
    expect(chiSquare).toBeLessThan(20.52);
  });
});
