import { describe, expect, it } from "vitest";
import { cos, exp, expm1, log, log1p, pow, sin, tanh } from "../../src/math/index.js";
import { readFixtures } from "../support/fixtures.js";

type Unary = "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh";

interface Fixture {
  /** [x, high, low]: the value is high + low; for pow [base, exponent, high, low]. */
  functions: Record<Unary, [number, number, number][]> & { pow: [number, number, number, number][] };
}

/** Each function and the error that its docstring admits, in units of the true value's last place. */
const LIMITS: [Unary, (x: number) => number, number][] = [
  ["exp", exp, 1],
  ["expm1", expm1, 3],
  ["log", log, 1],
  ["log1p", log1p, 2],
  ["sin", sin, 2.5],
  ["cos", cos, 2.5],
  ["tanh", tanh, 4],
];

const bits = new DataView(new ArrayBuffer(8));

/** The distance of neighbouring doubles at x. */
function lastPlace(x: number): number {
  bits.setFloat64(0, x);
  return 2 ** (Math.max((bits.getUint16(0) >> 4) & 0x7ff, 1) - 1075);
}

/** The error of `actual` in last places; high + low is the true value to well below one. */
function errorInUlps(actual: number, high: number, low: number): number {
  return Math.abs(actual - high - low) / lastPlace(high);
}

it("errors are measured in last places", () => {
  expect([lastPlace(1), lastPlace(-1.9), lastPlace(2), lastPlace(5e-324)]).toEqual([
    2 ** -52,
    2 ** -52,
    2 ** -51,
    5e-324,
  ]);
  expect(errorInUlps(1 + 2 ** -51, 1, 2 ** -54)).toBe(1.75);
});

describe.each(readFixtures<Fixture>("math"))("elementary functions against $name", ({ data }) => {
  it.each(LIMITS)("%s is as accurate as it says", (name, apply, limit) => {
    expect(data.functions[name].length).toBeGreaterThan(400);
    const tooFar = data.functions[name].filter(
      ([x, high, low]) => !(errorInUlps(apply(x), high, low) <= limit),
    );
    expect(tooFar).toEqual([]);
  });

  it("pow is as accurate as it says", () => {
    expect(data.functions.pow.length).toBeGreaterThan(400);
    const tooFar = data.functions.pow.filter(([base, exponent, high, low]) => {
      const isProduct = Number.isInteger(exponent) && Math.abs(exponent) <= 1024;
      const size = Math.abs(exponent * Math.log(Math.abs(base)));
      const isSubnormal = Math.abs(high) < 2 ** -1022;
      const limit = isProduct && !isSubnormal ? 1 + Math.abs(exponent) : 2 + 3 * size;
      return !(errorInUlps(pow(base, exponent), high, low) <= limit);
    });
    expect(tooFar).toEqual([]);
  });
});

describe("elementary functions at their edges", () => {
  const nan = Number.NaN;

  it.each([
    ["exp", exp, [nan, Infinity, -Infinity, 710, -746, 0], [nan, Infinity, 0, Infinity, 0, 1]],
    ["expm1", expm1, [nan, Infinity, -Infinity, 710, -0, 0], [nan, Infinity, -1, Infinity, -0, 0]],
    ["log", log, [nan, Infinity, -Infinity, -5e-324, 0, -0], [nan, Infinity, nan, nan, -Infinity, -Infinity]],
    ["log1p", log1p, [nan, Infinity, -1, -1.5, 0, -0], [nan, Infinity, -Infinity, nan, 0, -0]],
    ["sin", sin, [nan, Infinity, -Infinity, 0, -0], [nan, nan, nan, 0, -0]],
    ["cos", cos, [nan, Infinity, -Infinity, 0, -0], [nan, nan, nan, 1, 1]],
    ["tanh", tanh, [nan, Infinity, -Infinity, 0, -0], [nan, 1, -1, 0, -0]],
  ])("%s keeps NaN, infinities and signed zeros", (_name, apply, inputs, expected) => {
    // toEqual tells -0 from 0.
    expect(inputs.map(apply)).toEqual(expected);
  });

  it.each([
    [nan, 0, 1],
    [nan, 2, nan],
    [0, nan, nan],
    [0, 0, 1],
    [0, 2.5, 0],
    [0, -1.5, Infinity],
    [0, 5000, 0],
    [-2, 3, -8],
    [-2, 0.5, nan],
    [-2, 1025, -Infinity],
    [2, 1024, Infinity],
    [2, Infinity, Infinity],
    [0.5, Infinity, 0],
    [9, 0.5, 3],
    [10, 22, 1e22],
    [-0.5, 1074, 5e-324],
  ])("pow(%d, %d) is %d", (base, exponent, expected) => {
    expect(pow(base, exponent)).toBe(expected);
  });

  it("exp reaches subnormal results", () => {
    expect(exp(-745)).toBe(5e-324);
    expect(exp(-740)).toBeGreaterThan(0);
  });

  it("an angle too large for any right digit gives NaN, never a number beyond ±1", () => {
    expect([sin(1e15), cos(-1e15), sin(1e300)]).toEqual([nan, nan, nan]);
    for (let x = 1e6; x < 1e15; x *= 1.37) {
      // The engine's own result stands for the truth: its reduction is exact.
      expect(Math.abs(sin(x) - Math.sin(x)), `sin(${x})`).toBeLessThan(2e-16 * x);
      expect(Math.abs(cos(x) - Math.cos(x)), `cos(${x})`).toBeLessThan(2e-16 * x);
    }
  });
});
