import ts from "typescript";
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

/** Uses of functions whose last bit differs between engines: of `Math`, and powers. */
function engineMathematics(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const use = engineMathematicsAt(node);
      if (use !== undefined) found.push(`${path} uses ${use}`);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
    return found;
  });
}

function engineMathematicsAt(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsteriskAsteriskToken) return "**";
  if (node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return "**=";
  if (!ts.isIdentifier(node) || node.text !== "Math") return undefined;
  return usedNames(node).find((name) => !ALLOWED.has(name));
}

/** What is taken of the `Math` that stands here; "Math" itself where that can't be read from the text. */
function usedNames({ parent }: ts.Identifier): string[] {
  if (ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name)) {
    return parent.name.elements.map(({ propertyName, name }) => (propertyName ?? name).getText());
  }
  if (!ts.isPropertyAccessExpression(parent)) return ["Math"];
  if (parent.name.text !== "Math") return [parent.name.text];
  // globalThis.Math.exp
  return ts.isPropertyAccessExpression(parent.parent) ? [parent.parent.name.text] : ["Math"];
}

describe("engine mathematics", () => {
  it("is not on the way to the bits", () => {
    const files = sourceFiles("src", "envs", "agents").filter(
      ({ path }) => !OFF_THE_WAY.some((place) => path.startsWith(place)),
    );
    expect(files.length).toBeGreaterThan(50);
    expect(engineMathematics(files)).toEqual([]);
  });

  it.each([
    ["const x = Math.exp(1);", "exp"],
    ["const x = Math.random();", "random"],
    ["values.map(Math.tanh)", "tanh"],
    ["const x = Math\n  .log(2);", "log"],
    ["const x = Math?.sin(2);", "sin"],
    ["const x = globalThis.Math.hypot(3, 4);", "hypot"],
    ['const x = Math["exp"](1);', "Math"],
    ["const { PI, exp: power } = Math;", "exp"],
    ["const { PI, ...rest } = Math;", "rest"],
    ["const engine = Math;", "Math"],
    ["y = beta ** t;", "**"],
    ["y = 2 ** -t;", "**"],
    ["y **= 2;", "**="],
    ["const glob = 'src/**'; y = Math.cos(1); /* */", "cos"],
  ])("is found in %s", (text, use) => {
    expect(engineMathematics([{ path: "a.ts", text }])).toEqual([`a.ts uses ${use}`]);
  });

  it.each([
    "/** x ** y, Math.exp */ Math.sqrt(x); // Math.log",
    "const glob = 'src/**/*.ts';",
    "const half = Math.PI / 2 + Math.floor(globalThis.Math.abs(x));",
    "const { PI, fround: f } = Math;",
    "import { exp } from './math/index.js'; exp(1);",
  ])("is not found in %s", (text) => {
    expect(engineMathematics([{ path: "a.ts", text }])).toEqual([]);
  });
});
