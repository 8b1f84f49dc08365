import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchedule, compileSchedule } from "../../src/config/schedule.js";
import { RlAdanError } from "../../src/errors.js";

const at = (source: number | string, progress = 0, step = 0) =>
  compileSchedule(source, "learning_rate").at(progress, step);

describe("schedules", () => {
  test("a number is itself throughout", () => {
    expect(at(3e-4, 0.7, 9)).toBe(3e-4);
  });

  test("CleanRL's rate falls in a line to 0", () => {
    expect(at("3e-4 * (1 - progress)", 0)).toBe(3e-4);
    expect(at("3e-4 * (1 - progress)", 0.5)).toBe(1.5e-4);
    expect(at("3e-4 * (1 - progress)", 1)).toBe(0);
  });

  test("Tianshou's rate falls to 0 at step 3.072M and stays there", () => {
    expect(at("3e-4 * max(0, 1 - step / 3.072e6)", 0, 1_536_000)).toBe(1.5e-4);
    expect(at("3e-4 * max(0, 1 - step / 3.072e6)", 0, 4_000_000)).toBe(0);
  });

  test.each([
    ["2 + 3 * 4", 14],
    ["(2 + 3) * 4", 20],
    ["2 ^ 3 ^ 2", 512],
    ["pow(2, 10)", 1024],
    ["-2 + +5", 3],
    ["8 / 2 / 2", 2],
    ["2 progress", 1],
    ["min(3, 1, 2)", 1],
    ["max(progress, 0.25)", 0.5],
    ["abs(0 - 3)", 3],
    ["sqrt(2.25)", 1.5],
    ["exp(0) + log(1) + tanh(0) + sin(0) + cos(0)", 2],
    ["step # the steps done", 64],
    ["progress < 0.5 ? 1 : 2", 2],
    ["0.4 < progress <= 0.5 < 0.6", 1],
    ["0.4 < progress < 0.5", 0],
    ["step == 64 and not (step != 64) or 0", 1],
    ["(step >= 65) + (step > 63)", 1],
    ["not (step > 65) and not (progress > 1)", 1],
    ["(not step) + 1", 1],
  ])("%s is %d at progress 0.5, step 64", (source, value) => {
    expect(at(source, 0.5, 64)).toBe(value);
  });

  test("a cosine schedule is within an ulp of its half-way value", () => {
    expect(at("0.5 * (1 + cos(pi * progress))", 0.5)).toBeCloseTo(0.5, 15);
    expect(at("0.5 * (1 + cos(pi * progress))", 1)).toBe(0);
  });

  test("arithmetic agrees with the engine's own", () => {
    const operand = fc.double({ min: 0.5, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(
        operand,
        operand,
        operand,
        (a, b, c) => at(`(${a} + ${b}) * ${c} / (${a} * ${b})`) === ((a + b) * c) / (a * b),
      ),
      { seed: 3 },
    );
  });

  test("what does not parse, or is not arithmetic of known names, is refused with its place", () => {
    const sources = [
      "(1 +",
      "",
      "3e-4 * (1 - progess)",
      "lr * 2",
      "cosh(progress)",
      "sin",
      "progress(1 - step)",
      "pow(progress)",
      "min()",
      "constructor",
      "toString()",
      "5 cm",
      "not step > 2",
      "0 < not step < 2",
      "step % 2",
      "step!",
      "1 to 2",
    ];
    expect(
      sources.map((source) => refusal(() => compileSchedule(source, "learning_rate"))),
    ).toMatchInlineSnapshot(`
      [
        "learning_rate: "(1 +" does not parse: Unexpected end of expression at character 5.",
        "learning_rate: the expression is empty.",
        "learning_rate: "3e-4 * (1 - progess)" names "progess" at character 13; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh. Did you mean "progress"?",
        "learning_rate: "lr * 2" names "lr" at character 1; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "learning_rate: "cosh(progress)" names "cosh" at character 1; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh. Did you mean "cos"?",
        "learning_rate: "sin" uses "sin" at character 1 without arguments.",
        "learning_rate: "progress(1 - step)" calls "progress" at character 1, which is a number; write progress * (…).",
        "learning_rate: "pow(progress)" calls "pow" at character 1 with 1; it takes 2 arguments.",
        "learning_rate: "min()" calls "min" at character 1 with 0; it takes at least 1 argument.",
        "learning_rate: "constructor" names "constructor" at character 1; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "learning_rate: "toString()" names "toString" at character 1; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "learning_rate: "5 cm" names "cm" at character 3; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "learning_rate: "not step > 2" leaves open what "not" at character 1 belongs to; write not (…), or (not …).",
        "learning_rate: "0 < not step < 2" leaves open what "not" at character 5 belongs to; write not (…), or (not …).",
        "learning_rate: "step % 2" contains "%" at character 6; an expression is arithmetic (+ - * / ^), comparisons (< <= > >= == !=), and, or, not, a ? b : c and parentheses, with progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "learning_rate: "step!" contains "!" at character 5; an expression is arithmetic (+ - * / ^), comparisons (< <= > >= == !=), and, or, not, a ? b : c and parentheses, with progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "learning_rate: "1 to 2" contains "to" at character 3; an expression is arithmetic (+ - * / ^), comparisons (< <= > >= == !=), and, or, not, a ? b : c and parentheses, with progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
      ]
    `);
  });

  test.each([
    "x = 1",
    "f(x) = x",
    "[1, 2]",
    "{a: 1}",
    '"text"',
    "step.constructor",
    "step[1]",
    "math.min(1, 2)",
    "1; 2",
    "1\n2",
    "1:3",
    "true",
    "Infinity",
    "null",
    "# nothing",
  ])("%j is no arithmetic", (source) => {
    expect(refusal(() => compileSchedule(source, "learning_rate"))).toContain(
      "an expression is arithmetic (+ - * / ^), comparisons (< <= > >= == !=), and, or, not, a ? b : c and parentheses, with progress, step, pi, abs, cos,",
    );
  });

  test.each([
    "import",
    "evaluate",
    "parse",
    "compile",
    "createUnit",
    "config",
    "typed",
    "range",
    "zeros",
    "factorial",
  ])("mathjs's own %s can't be reached", (name) => {
    const source = `${name}("1")`;
    expect(refusal(() => compileSchedule(source, "rate"))).toContain(`names "${name}" at character 1`);
  });

  test.each([
    ["powers of powers", "9^9".repeat(66)],
    ["signs", `${"-".repeat(399)}1`],
    ["comparisons", `1${"<1".repeat(199)}`],
    ["choices", `${"1?1:".repeat(99)}1`],
    ["brackets", `${"(".repeat(40)}1${")".repeat(40)}`],
  ])("the longest chain of %s is computed or refused at once", (_what, source) => {
    const started = performance.now();
    try {
      checkSchedule(compileSchedule(source, "rate"), 1000);
    } catch (error) {
      expect(error).toBeInstanceOf(RlAdanError);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("a part is shown as it was written, on one line", () => {
    expect(refusal(() => compileSchedule("1; 2", "learning_rate"))).toMatchInlineSnapshot(
      `"learning_rate: "1; 2" contains "1; 2" at character 1; an expression is arithmetic (+ - * / ^), comparisons (< <= > >= == !=), and, or, not, a ? b : c and parentheses, with progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh."`,
    );
  });

  test("length and nesting are limited", () => {
    const sources = ["9".repeat(401), `${"(".repeat(41)}1${")".repeat(41)}`];
    expect(
      sources.map((source) => refusal(() => compileSchedule(source, "learning_rate"))),
    ).toMatchInlineSnapshot(`
      [
        "learning_rate: the expression has 401 characters, at most 400 are allowed.",
        "learning_rate: the expression opens more than 40 brackets.",
      ]
    `);
    expect(at(`${"(".repeat(40)}7${")".repeat(40)}`)).toBe(7);
  });

  test("a value below 0 or not finite is refused where it arises", () => {
    expect(refusal(() => at("1e-3 * (0.5 - progress)", 0.75, 96))).toMatchInlineSnapshot(
      `"learning_rate: "1e-3 * (0.5 - progress)" is -0.00025 at progress 0.75, step 96; it must be finite and at least 0 throughout the run."`,
    );
    expect(refusal(() => at("1 / step"))).toMatchInlineSnapshot(
      `"learning_rate: "1 / step" is Infinity at progress 0, step 0; it must be finite and at least 0 throughout the run."`,
    );
    expect(refusal(() => at("log(0 - 1)"))).toMatchInlineSnapshot(
      `"learning_rate: "log(0 - 1)" is NaN at progress 0, step 0; it must be finite and at least 0 throughout the run."`,
    );
    expect(refusal(() => at(-1))).toMatchInlineSnapshot(
      `"learning_rate: "-1" is -1 at progress 0, step 0; it must be finite and at least 0 throughout the run."`,
    );
  });

  test("checking looks at the whole run, both ends included", () => {
    const check = (source: string) => checkSchedule(compileSchedule(source, "clip_coefficient"), 1_000_000);
    expect(() => check("0.2 * (1 - progress)")).not.toThrow();
    expect(refusal(() => check("0.2 * (0.995 - progress)"))).toMatchInlineSnapshot(
      `"clip_coefficient: "0.2 * (0.995 - progress)" is -0.0010000000000000009 at progress 1, step 1000000; it must be finite and at least 0 throughout the run."`,
    );
    expect(refusal(() => check("1e6 - 1 - step"))).toMatchInlineSnapshot(
      `"clip_coefficient: "1e6 - 1 - step" is -1 at progress 1, step 1000000; it must be finite and at least 0 throughout the run."`,
    );
  });
});

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("Nothing was refused.");
}
