import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "../support/source-files.js";

/** Correctly rounded or exact on every engine, and constants. */
const ALLOWED = new Set([
  "abs",
  "ceil",
  "floor",
  "fround",
  "imul",
  "max",
  "min",
  "round",
  "sign",
  "sqrt",
  "trunc",
  "PI",
  "SQRT2",
]);

/** Rooms whose numbers never reach the bits: what people read, and how long things took. */
const OFF_THE_WAY = ["src/logging/", "src/cli/"];

/** Uses of functions whose last bit differs between engines. */
function engineMathematics(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
    const functions = [...code.matchAll(/\bMath\.(\w+)/g)]
      .map((match) => match[1]!)
      .filter((name) => !ALLOWED.has(name));
    const powers = /[\w)\]]\s*\*\*=?\s*[\w(]/.test(code) ? ["**"] : [];
    return [...functions, ...powers].map((name) => `${path} uses ${name}`);
  });
}

describe("engine mathematics", () => {
  it("is not on the way to the bits", () => {
    const files = sourceFiles("src", "envs", "agents").filter(
      ({ path }) => !OFF_THE_WAY.some((place) => path.startsWith(place)),
    );
    expect(files.length).toBeGreaterThan(50);
    expect(engineMathematics(files)).toEqual([]);
  });

  it("is really looked for", () => {
    const bad = [
      { path: "a", text: "const x = Math.exp(1);" },
      { path: "b", text: "y = beta ** t;" },
      { path: "c", text: "Math.random()" },
      { path: "d", text: "values.map(Math.tanh)" },
    ];
    expect(engineMathematics(bad)).toEqual(["a uses exp", "b uses **", "c uses random", "d uses tanh"]);
    const good = [{ path: "e", text: "/** x ** y, Math.exp */ Math.sqrt(x); // Math.log" }];
    expect(engineMathematics(good)).toEqual([]);
  });
});
