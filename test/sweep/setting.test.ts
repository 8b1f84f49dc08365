import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseYamlValue } from "../../src/config/yaml-file.js";
import { commandText } from "../../src/shown-command.js";
import { splitValues, textOf } from "../../src/sweep/setting.js";

describe("values of a flag", () => {
  it.each([
    ["3e-4,1e-3", ["3e-4", "1e-3"]],
    ["[64, 64],[256,256]", ["[64, 64]", "[256,256]"]],
    ["max(1e-4, 3e-4 * (1 - progress)), 1e-3", ["max(1e-4, 3e-4 * (1 - progress))", "1e-3"]],
    ["{a: 1, b: [2, 3]}", ["{a: 1, b: [2, 3]}"]],
    ["\"a,b\",'c,d'", ['"a,b"', "'c,d'"]],
    ["", [""]],
    ["a,", ["a", ""]],
  ])("%s are %j", (text, values) => {
    expect(splitValues(text)).toEqual(values);
  });
});

describe("the text of a value", () => {
  it.each([
    [3e-4, "0.0003"],
    [[64, 64], "[64, 64]"],
    ["5e-4 * (1 - progress)", "5e-4 * (1 - progress)"],
    ["3e-4", '"3e-4"'],
    [null, "null"],
    ["null", '"null"'],
    [{ a: [1, "x: y"] }, '{a: [1, "x: y"]}'],
    ["two\nlines", '"two\\nlines"'],
    [Number.NaN, ".nan"],
  ])("%j is %s, and read as the same", (value, text) => {
    expect(textOf(value)).toBe(text);
    expect(parseYamlValue(text, "it")).toEqual(value);
  });

  it("is read as the same whatever it is", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(value, (each) => {
        expect(parseYamlValue(textOf(each), "it")).toEqual(JSON.parse(JSON.stringify(each)));
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("is long without a break", () => {
    const value = Array.from({ length: 200 }, (_, i) => i);
    expect(textOf(value)).not.toContain("\n");
  });
});

describe("a command as text", () => {
  it.skipIf(process.platform === "win32")("quotes what a shell would obey", () => {
    const argv = ["train", "ppo", "--set", "learning_rate=3e-4 * (1 - progress)", "--run-dir", "it's/$HOME"];
    expect(commandText("rl-adan", argv)).toBe(
      "rl-adan train ppo --set 'learning_rate=3e-4 * (1 - progress)' --run-dir 'it'\\''s/$HOME'",
    );
  });
});
