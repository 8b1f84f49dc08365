import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCount, readCount } from "../../src/config/counts.js";

describe("counts", () => {
  test.each([
    ["1000", 1000],
    ["1_000", 1000],
    ["1e6", 1_000_000],
    ["1M", 1_000_000],
    ["200k", 200_000],
    ["1.5m", 1_500_000],
    ["1.1M", 1_100_000],
    ["0.25k", 250],
    [" 2G ", 2_000_000_000],
    [1000, 1000],
  ])("%j is %d", (written, value) => {
    expect(parseCount(written, "--total-timesteps")).toBe(value);
  });

  test("every exact whole number is read as itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (n) => readCount(String(n)) === n),
      { seed: 3 },
    );
  });

  test.each([
    "",
    "k",
    "-1",
    "1.5",
    "1.2345k",
    "1e99",
    "9007199254740993",
    "0x10",
    "1 000",
    "1kk",
    "NaN",
    "١",
  ])("%j is no count", (written) => {
    expect(readCount(written)).toBeUndefined();
  });

  test("zero reads as a count but is refused where one is needed", () => {
    expect(readCount("0")).toBe(0);
    expect(() => parseCount("0", "--episodes")).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --episodes must be a whole number of at least 1 (1000, 1e6, 1M, 200k), got "0".]`,
    );
  });

  test("the error names what it is for and the value", () => {
    expect(() => parseCount("ten", "--episodes")).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --episodes must be a whole number of at least 1 (1000, 1e6, 1M, 200k), got "ten".]`,
    );
    expect(() => parseCount(1.5, "--episodes")).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --episodes must be a whole number of at least 1 (1000, 1e6, 1M, 200k), got 1.5.]`,
    );
  });
});
