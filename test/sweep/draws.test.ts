import { describe, expect, it } from "vitest";
import { type Draw, drawSettings, readDistribution } from "../../src/sweep/draws.js";

const draw = (key: string, from: unknown): Draw => ({
  key,
  subject: key,
  from: readDistribution(from, key),
});

function numbers(from: unknown, count: number, seed = 0): number[] {
  const draws = { count, seed, keys: [draw("x", from)] };
  return Array.from({ length: count }, (_, i) => Number(drawSettings(draws, i)[0]!.text));
}

describe("draws", () => {
  const COUNT = 2000;
  /** Of a share p of COUNT draws: five standard deviations at p = 1/2, so that a wrong law fails and chance doesn't. */
  const TOLERANCE = 5 * Math.sqrt(0.25 / COUNT);
  const shareBelow = (values: readonly number[], bound: number) =>
    values.filter((value) => value < bound).length / values.length;

  it("are uniform between their bounds", () => {
    const values = numbers({ uniform: [-2, 6] }, COUNT);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThanOrEqual(6);
    expect(Math.abs(shareBelow(values, 0) - 1 / 4)).toBeLessThan(TOLERANCE);
    expect(Math.abs(shareBelow(values, 4) - 3 / 4)).toBeLessThan(TOLERANCE);
  });

  it("are uniform in the logarithm", () => {
    const values = numbers({ log_uniform: [1e-4, 1] }, COUNT);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    expect(Math.abs(shareBelow(values, 1e-3) - 1 / 4)).toBeLessThan(TOLERANCE);
    expect(Math.abs(shareBelow(values, 1e-2) - 2 / 4)).toBeLessThan(TOLERANCE);
  });

  it("choose each value as often", () => {
    const values = numbers({ choice: [5, 10, 20, 40] }, COUNT);
    for (const value of [5, 10, 20, 40]) {
      const share = values.filter((each) => each === value).length / COUNT;
      expect(Math.abs(share - 1 / 4)).toBeLessThan(TOLERANCE);
    }
  });

  it("have four digits at most, and stay within bounds that have more", () => {
    for (const value of numbers({ log_uniform: [1e-4, 1e-2] }, 100)) {
      expect(value).toBe(Number(value.toPrecision(4)));
    }
    for (const value of numbers({ uniform: [0.123456, 0.123461] }, 100)) {
      expect(value).toBeGreaterThanOrEqual(0.123456);
      expect(value).toBeLessThanOrEqual(0.123461);
    }
  });

  it("do not depend on how many there are, nor on other keys", () => {
    const keys = [draw("x", { uniform: [0, 1] }), draw("y", { uniform: [0, 1] })];
    const few = { count: 2, seed: 3, keys: [keys[0]!] };
    const many = { count: 50, seed: 3, keys: [...keys].reverse() };
    expect(drawSettings(many, 1)[1]).toEqual(drawSettings(few, 1)[0]);
    expect(drawSettings(many, 1)[0]!.text).not.toBe(drawSettings(many, 1)[1]!.text);
    expect(numbers({ uniform: [0, 1] }, 5, 3)).not.toEqual(numbers({ uniform: [0, 1] }, 5, 4));
  });

  it.each([
    [{ uniform: [1] }, "x: uniform takes two numbers, the lower one first, like [1e-4, 1e-2]."],
    [{ uniform: [2, 1] }, "x: uniform takes two numbers, the lower one first, like [1e-4, 1e-2]."],
    [{ log_uniform: ["a", 1] }, "x: log_uniform takes two numbers, the lower one first, like [1e-4, 1e-2]."],
    [{ log_uniform: [0, 1] }, "x: log_uniform takes numbers above 0, got 0."],
    [{ choice: [] }, "x: choice takes a list of values, like [5, 10]."],
    [{ choice: 3 }, "x: choice takes a list of values, like [5, 10]."],
    [
      { normal: [0, 1] },
      "x must be drawn from one of uniform, log_uniform, choice, like {log_uniform: [1e-4, 1e-2]}.",
    ],
    [
      { uniform: [0, 1], choice: [1] },
      "x must be drawn from one of uniform, log_uniform, choice, like {log_uniform: [1e-4, 1e-2]}.",
    ],
    [3, "x must be drawn from one of uniform, log_uniform, choice, like {log_uniform: [1e-4, 1e-2]}."],
  ])("refuse %j", (from, message) => {
    expect(() => readDistribution(from, "x")).toThrow(message);
  });
});
