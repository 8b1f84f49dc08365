import { describe, expect, it } from "vitest";
import { countSeeds, listSeeds, readSeeds } from "../../src/sweep/seeds.js";

describe("seeds", () => {
  it.each([
    ["3", [3]],
    ["0-3", [0, 1, 2, 3]],
    ["0, 2, 5 - 7", [0, 2, 5, 6, 7]],
    ["7-7", [7]],
    [4, [4]],
    [
      [0, 3, "5-6"],
      [0, 3, 5, 6],
    ],
  ])("%j are %j", (text, seeds) => {
    const ranges = readSeeds(text, "--seeds");
    expect(listSeeds(ranges)).toEqual(seeds);
    expect(countSeeds(ranges)).toBe(seeds.length);
  });

  it("are counted without being laid out", () => {
    expect(countSeeds(readSeeds("0-9007199254740990", "--seeds"))).toBe(9007199254740991);
  });

  it.each([
    ["9-0", "--seeds: the range 9-0 runs backwards; write 0-9."],
    ["1,2,1", "--seeds names seed 1 twice."],
    ["0-5,3-9", "--seeds names seed 3 twice."],
    ["", '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "".'],
    ["-1", '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "-1".'],
    ["1-", '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "1-".'],
    ["1.5", '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "1.5".'],
    [null, '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "null".'],
    [
      [{ toString: 1 }],
      '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "{\\"toString\\":1}".',
    ],
    [
      "9007199254740993",
      '--seeds must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got "9007199254740993".',
    ],
  ])("%j are refused", (text, message) => {
    expect(() => readSeeds(text, "--seeds")).toThrow(message);
  });
});
