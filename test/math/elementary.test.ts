import { describe, expect, it } from "vitest";
import { cos, exp, expm1, log, log1p, pow, sin, tanh } from "../../src/math/index.js";
import { readFixtures } from "../support/fixtures.js";

type Unary = "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh";

interface Fixture {
  functions: Record<Unary, [number, number][]> & { pow: [number, number, number][] };
}

const [fixture] = readFixtures<Fixture>("math");
const values = fixture!.data.functions;

/** Distance between two doubles in units of the expected one's last place. */
function ulps(actual: number, expected: number): number {
  if (actual === expected) return 0;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(expected))), -1022);
  return Math.abs(actual - expected) / 2 ** (exponent - 52);
}

describe("elementary functions against mpmath", () => {
  const limits: [Unary, (x: number) => number, number][] = [
    ["exp", exp, 1],
    ["expm1", expm1, 3],
    ["log", log, 1],
    ["log1p", log1p, 2],
    ["sin", sin, 1.5],
    ["cos", cos, 1.5],
    ["tanh", tanh, 4],
  ];
  it.each(limits)("%s", (name, apply, limit) => {
    expect(values[name].length).toBeGreaterThan(300);
    for (const [x, expected] of values[name]) {
      // Near a zero of sin and cos the last place is tiny; what the reduction leaves is absolute.
      const isSmall = (name === "sin" || name === "cos") && Math.abs(expected) < 1e-3 && Math.abs(x) > 1;
      if (isSmall) expect(Math.abs(apply(x) - expected), `${name}(${x})`).toBeLessThan(1e-16);
      else expect(ulps(apply(x), expected), `${name}(${x})`).toBeLessThanOrEqual(limit);
    }
  });

  it("pow: a few ulp for whole exponents, growing with |exponent·log base| else", () => {
    for (const [base, exponent, expected] of values.pow) {
      const allowed = Number.isInteger(exponent) ? 16 : 4 + 2 * Math.abs(exponent * Math.log(base));
      expect(ulps(pow(base, exponent), expected), `${base}^${exponent}`).toBeLessThanOrEqual(allowed);
    }
  });
});

describe("elementary functions at their edges", () => {
  it("keep NaN, infinities and zeros", () => {
    expect([exp(Number.NaN), log(Number.NaN), log(-1), log1p(-2)].every(Number.isNaN)).toBe(true);
    expect([exp(Infinity), exp(-Infinity), exp(710), exp(-746)]).toEqual([Infinity, 0, Infinity, 0]);
    expect([log(0), log(Infinity), log(1), log1p(-1)]).toEqual([-Infinity, Infinity, 0, -Infinity]);
    expect([tanh(100), tanh(-100), expm1(-100)]).toEqual([1, -1, -1]);
    expect([log1p(-0), tanh(-0), expm1(-0)].map((zero) => Object.is(zero, -0))).toEqual([true, true, true]);
    expect([pow(2, 0), pow(0, 2), pow(0, -1.5), pow(-2, 3), pow(9, 0.5)]).toEqual([1, 0, Infinity, -8, 3]);
  });

  it("reach subnormal results", () => {
    expect(exp(-745)).toBe(5e-324);
    expect(exp(-740)).toBeGreaterThan(0);
  });
});
