import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "../support/source-files.js";

const COMPOSITION_ROOTS = [
  "src/cli/",
  "src/web/",
  "src/index.ts",
  "src/train.ts",
  "src/train-config.ts",
  "src/evaluate.ts",
];
/** Everyone may import these; the first three import nothing but each other. */
const FOUNDATIONS = ["src/math/", "src/errors.ts", "envs/api/"];
const INNER_ROOMS = [
  "agents/",
  "src/policy/",
  "src/optim/",
  "src/kernels/",
  "src/rollout/",
  "src/random/",
  "src/stats/",
];
const OUTER_ROOMS = ["src/cli/", "src/run/", "src/logging/", "src/sweep/", "src/report/"];
const MAY_USE_NODE = [...OUTER_ROOMS, "src/train.ts"];
/** What an environment may use of the core. */
const ENVS_MAY_USE = ["envs/", "src/random/"];

const isIn = (path: string, places: readonly string[]) => places.some((place) => path.startsWith(place));

/** What a file imports, as project paths or package names; types count too. */
function importsOf({ path, text }: SourceFile): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  const found = code.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"|(?:^|\n)import\s+"([^"]+)"/g,
  );
  return [...found].map(([, a, b, c]) => {
    const specifier = (a ?? b ?? c)!;
    if (!specifier.startsWith(".")) return specifier;
    return posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
  });
}

/** Sentences about the imports that the map of the rooms forbids. */
function violations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !isAllowed(file.path, imported))
      .map((imported) => `${file.path} may not import ${imported}`),
  );
}

function isAllowed(path: string, imported: string): boolean {
  if (imported.startsWith("node:")) return isIn(path, MAY_USE_NODE) || path.endsWith("-node.ts");
  const isOwn = /^(src|envs|agents)\//.test(imported);
  if (!isOwn || isIn(path, COMPOSITION_ROOTS)) return true;
  if (isIn(path, FOUNDATIONS)) return isIn(imported, FOUNDATIONS);
  if (isIn(imported, FOUNDATIONS)) return true;
  if (path.startsWith("envs/")) return isIn(imported, ENVS_MAY_USE);
  if (isIn(path, INNER_ROOMS) && isIn(imported, OUTER_ROOMS)) return false;
  if (path.startsWith("agents/")) return imported.startsWith("agents/") || imported.startsWith("src/");
  return imported.startsWith("src/") && !isIn(imported, COMPOSITION_ROOTS);
}

/** The first cycle among the files, as a chain of paths. */
function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const done = new Set<string>();
  const visit = (path: string, chain: readonly string[]): string[] | undefined => {
    if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const cycle = graph.has(next) ? visit(next, [...chain, path]) : undefined;
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

describe("who may import whom", () => {
  const files = sourceFiles("src", "envs", "agents");

  it("holds for every file", () => {
    expect(files.length).toBeGreaterThan(60);
    expect(violations(files)).toEqual([]);
  });

  it("has no cycles", () => {
    expect(findCycle(files)).toBeUndefined();
  });

  it("is really checked: each kind of violation is found", () => {
    const bad: SourceFile[] = [
      { path: "src/policy/a.ts", text: 'import { x } from "../logging/event-file.js";' },
      { path: "src/policy/b.ts", text: 'import type { x } from "../../envs/registry.js";' },
      { path: "envs/c.ts", text: 'import {\n  x,\n} from "../agents/ppo/ppo.js";' },
      { path: "agents/ppo/d.ts", text: 'import { make } from "../../envs/index.js";' },
      { path: "src/rollout/e.ts", text: 'import { readFileSync } from "node:fs";' },
      { path: "src/math/f.ts", text: 'export * from "../random/index.js";' },
      { path: "src/run/g.ts", text: 'const { train } = await import("../train.js");' },
    ];
    expect(violations(bad)).toHaveLength(bad.length);
    const good: SourceFile[] = [
      { path: "src/cli/h.ts", text: 'import { make } from "../../envs/index.js";' },
      { path: "src/rollout/i-node.ts", text: 'import { Worker } from "node:worker_threads";' },
      { path: "envs/j.ts", text: 'import { exp } from "../src/math/index.js";' },
    ];
    expect(violations(good)).toEqual([]);
    const circle: SourceFile[] = [
      { path: "src/a.ts", text: 'import "./b.js";' },
      { path: "src/b.ts", text: 'export { x } from "./a.js";' },
    ];
    expect(findCycle(circle)).toEqual(["src/a.ts", "src/b.ts", "src/a.ts"]);
  });
});
