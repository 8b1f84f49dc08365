import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { parseYamlMapping, parseYamlValue } from "../../src/config/yaml-file.js";

describe("YAML files", () => {
  test("every key has its line, nested ones too", () => {
    const { entries } = parseYamlMapping("# a recipe\nepochs: 5\n\nnested:\n  inner: [1, 2]\n", "run.yaml");
    expect(entries.map(({ key, value, place }) => [key, value, place])).toEqual([
      ["epochs", 5, "run.yaml:2"],
      ["nested", { inner: [1, 2] }, "run.yaml:4"],
    ]);
    expect(entries[1]?.mapping?.entries).toEqual([{ key: "inner", value: [1, 2], place: "run.yaml:5" }]);
  });

  test("the largest model that an environment takes can be read back from a run's configuration", () => {
    const model = "a\n".repeat(100 * 1024);
    const text = stringify({ env: "mujoco", env_options: { model_xml: model } });
    const { entries } = parseYamlMapping(text, "config.yaml");
    expect(entries[1]!.value).toEqual({ model_xml: model });
  });

  test("an empty file has no keys", () => {
    expect(parseYamlMapping("", "run.yaml").entries).toEqual([]);
    expect(parseYamlMapping("# only a comment\n", "run.yaml").entries).toEqual([]);
  });

  test("an alias is its anchor's value", () => {
    expect(parseYamlMapping("a: &x [1]\nb: *x\n", "run.yaml").entries[1]?.value).toEqual([1]);
  });

  test("a key cannot reach the prototype", () => {
    const { entries } = parseYamlMapping("__proto__: {polluted: 1}\n", "run.yaml");
    expect(entries[0]?.value).toEqual({ polluted: 1 });
    expect({}).not.toHaveProperty("polluted");
  });

  test("what is no mapping of plain keys is refused with its place", () => {
    const texts = [
      "epochs: 5\nepochs: 6\n",
      "epochs: 5\nhidden_sizes: [64\n",
      "nested:\n\tepochs: 5\n",
      "epochs: !!js/function 'f'\n",
      "epochs: *none\n",
      "- epochs\n",
      "epochs\n",
      "epochs: 5\n---\nepochs: 6\n",
      "? [1, 2]\n: 5\n",
    ];
    expect(texts.map((text) => refusal(text))).toMatchInlineSnapshot(`
      [
        "run.yaml:2: Map keys must be unique.",
        "run.yaml:3: Flow sequence in block collection must be sufficiently indented and end with a ].",
        "run.yaml:2: Tabs are not allowed as indentation.",
        "run.yaml:1: Unresolved tag: tag:yaml.org,2002:js/function.",
        "run.yaml: Unresolved alias (the anchor must be set before the alias): none.",
        "run.yaml:1: the file must hold keys with values, like epochs: 10.",
        "run.yaml:1: the file must hold keys with values, like epochs: 10.",
        "run.yaml:2: A second document begins here.",
        "run.yaml: every key must be plain text.",
      ]
    `);
  });

  test("size, aliases and nesting are limited", () => {
    const texts = [
      `# ${"x".repeat(1024 * 1024)}`,
      `a: &a [1]\nb: [${"*a, ".repeat(30)}]\n`,
      `a: ${"[".repeat(100_000)}`,
      "- ".repeat(100_000),
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join(""),
      "#\n".repeat(500_000),
    ];
    expect(texts.map((text) => refusal(text))).toMatchInlineSnapshot(`
      [
        "run.yaml: the file has 1048578 characters; a config has at most 1048576.",
        "run.yaml: Excessive alias count indicates a resource exhaustion attack.",
        "run.yaml: It nests more than 20 levels deep.",
        "run.yaml: It nests more than 20 levels deep.",
        "run.yaml: It has more than 10000 keys, values and marks.",
        "run.yaml: It has more than 10000 keys, values and marks.",
      ]
    `);
  });
});

describe("YAML values of the command line", () => {
  test.each([
    ["1e-3", 0.001],
    ["10", 10],
    ["true", true],
    ["null", null],
    ["", null],
    ["[64, 64]", [64, 64]],
    ["{eps: 1e-8}", { eps: 1e-8 }],
    ["1M", "1M"],
    ["1e-3 * (1 - progress)", "1e-3 * (1 - progress)"],
    ["3e-4 * max(0, 1 - step / 3.072e6)", "3e-4 * max(0, 1 - step / 3.072e6)"],
  ])("%j", (text, value) => {
    expect(parseYamlValue(text, "--set")).toEqual(value);
  });

  test("what is no YAML is refused", () => {
    expect(() => parseYamlValue("[64", "--hidden-sizes")).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --hidden-sizes: Flow sequence must end with a ].]`,
    );
  });
});

function refusal(text: string): string {
  try {
    parseYamlMapping(text, "run.yaml");
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("Nothing was refused.");
}
