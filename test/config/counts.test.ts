import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCount } from "../../src/config/counts.js";

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
    ["0", 0],
  ])("%j is %d", (written, value) => {
    expect(readCount(written)).toBe(value);
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
});
