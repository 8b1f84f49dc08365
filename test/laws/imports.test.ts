import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "../support/source-files.js";

const COMPOSITION_ROOTS = [
  "src/cli/",
  "src/web/",
  "src/index.ts",
  "src/library/",
  "src/sweep/",
  "src/study/",
  "src/train.ts",
  "src/prepare.ts",
  "src/settle-device.ts",
  "src/train-config.ts",
  "src/training.ts",
  "src/rollback.ts",
  "src/starting-point.ts",
  "src/replay.ts",
  "src/env-source.ts",
  "src/env-modules-node.ts",
  "src/env-module-choice-node.ts",
  "src/ppo-agent-node.ts",
  "src/verify.ts",
  "src/bench.ts",
  "src/choose-device.ts",
  "src/device-learner.ts",
  "src/device-check-node.ts",
  "src/doctor.ts",
  "src/evaluate.ts",
];
/** Everyone may import these; each imports, packages included, only what stands behind it. */
const FOUNDATIONS: Record<string, readonly string[]> = {
  "src/math/": ["src/math/"],
  "src/errors.ts": [],
  "envs/api/": ["envs/api/", "src/errors.ts"],
};
const INNER_ROOMS = [
  "agents/",
  "src/policy/",
  "src/optim/",
  "src/kernels/",
  "src/rollout/",
  "src/random/",
  "src/expression/",
  "src/stats/",
];
const OUTER_ROOMS = [
  "src/cli/",
  "src/library/",
  "src/run/",
  "src/logging/",
  "src/sweep/",
  "src/report/",
  "src/study/",
];
/** Beside these, files named *-node.ts. The run driver makes folders and counts cores; pages drive an agent themselves. */
const MAY_USE_NODE = [...OUTER_ROOMS, "src/train.ts", "src/verify.ts"];
/** Who may name TensorFlow.js: the optimizers, the learner and the devices. All but the devices name its types only. */
const MAY_NAME_TENSORFLOW = ["src/optim/tfjs/", "agents/ppo/tfjs-", "src/devices/"];
/** What an environment may use of the core, beside the foundations. */
const ENVS_MAY_USE = ["envs/", "src/expression/", "src/random/", "src/packed-error.ts"];

const isIn = (path: string, places: readonly string[]) => places.some((place) => path.startsWith(place));

/** What a file imports or re-exports, as project paths or package names; types and import() count too. */
function importsOf({ path, text }: SourceFile): string[] {
  return ts
    .preProcessFile(text)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith(".") ? posix.join(posix.dirname(path), fileName).replace(/\.js$/, ".ts") : fileName,
    );
}

/** What a file imports when the program runs: types stay out. later: what it loads by import() counts too. */
function importsAtRunTime({ path, text }: SourceFile, later: boolean): string[] {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    verbatimModuleSyntax: true,
  };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  return importsOf({ path, text: later ? outputText : outputText.replaceAll(/\bimport\(/g, "later(") });
}

/** The files, packages included, that come in with a file at once. */
function loadedWith(entry: string, files: readonly SourceFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const loaded = new Set<string>();
  const visit = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const file = byPath.get(path);
    if (file === undefined) return;
    importsAtRunTime(file, false).forEach(visit);
  };
  visit(entry);
  return loaded;
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
  for (const [foundation, allowed] of Object.entries(FOUNDATIONS)) {
    if (path.startsWith(foundation)) return isIn(imported, allowed);
  }
  if (imported.startsWith("node:")) return isIn(path, MAY_USE_NODE) || path.endsWith("-node.ts");
  // By its own name the package would come in through its public door, round all of this.
  if (/^rl-adan(\/|$)/.test(imported)) return false;
  const isOwn = /^(src|envs|agents)\//.test(imported);
  if (!isOwn || isIn(path, COMPOSITION_ROOTS) || isIn(imported, Object.keys(FOUNDATIONS))) return true;
  if (path.startsWith("envs/")) return isIn(imported, ENVS_MAY_USE);
  if (isIn(imported, COMPOSITION_ROOTS)) return false;
  if (isIn(path, INNER_ROOMS) && isIn(imported, OUTER_ROOMS)) return false;
  return imported.startsWith("src/") || (path.startsWith("agents/") && imported.startsWith("agents/"));
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

  it("keeps TensorFlow.js out of all but its adapters, and out of those until they are given one", () => {
    const names = (imports: readonly string[]) =>
      imports.some((name) => /^(@tensorflow\/|webgpu$)/.test(name));
    const naming = files.filter((file) => names(importsOf(file)));
    expect(naming.length).toBeGreaterThan(0);
    expect(naming.filter(({ path }) => !isIn(path, MAY_NAME_TENSORFLOW))).toEqual([]);
    const importing = naming.filter((file) => names(importsAtRunTime(file, true)));
    expect(importing.filter(({ path }) => !path.startsWith("src/devices/"))).toEqual([]);
    for (const entry of ["src/index.ts", "src/cli/main.ts", "envs/index.ts"]) {
      const loaded = [...loadedWith(entry, files)];
      expect(loaded.length).toBeGreaterThan(20);
      expect(loaded.filter((path) => isIn(path, ["@tensorflow/", "src/optim/tfjs/"]))).toEqual([]);
    }
  });

  it("lets one file alone put something into the global scope", () => {
    const writing =
      /(\.assign|\.definePropert(y|ies)|Reflect\.set)\(\s*(globalThis|global|window|self)\b|\bglobalThis[.\w[\]"]*\s*=[^=>]/;
    const found = files.filter(({ text }) => writing.test(text)).map(({ path }) => path);
    expect(found).toEqual(["src/devices/webgpu-node.ts"]);
  });

  it("lets the entry rl-adan/tfjs load its own few files only", () => {
    const loaded = [...loadedWith("src/optim/tfjs/index.ts", files)];
    const others = loaded.filter(
      (path) => !path.startsWith("src/optim/tfjs/") && !path.startsWith("src/math/"),
    );
    expect(others.sort()).toEqual(["src/errors.ts", "src/optim/clip.ts", "src/optim/options.ts"]);
  });

  it("has eyes for every import that the sources hold", () => {
    const found = files.flatMap((file) => importsOf(file));
    // A line that starts or ends an import; none may be one that the reader above does not see.
    const lines = files.flatMap(
      ({ text }) => text.match(/^(import|export|\}).* from ["']|^import ["']/gm) ?? [],
    );
    expect(lines.length).toBeGreaterThan(200);
    expect(found.length).toBeGreaterThanOrEqual(lines.length);
  });
});

describe("the reader of imports", () => {
  it.each([
    ["src/policy/a.ts", 'import { x } from "../logging/event-file.js";'],
    ["src/policy/b.ts", 'import type { x } from "../../envs/registry.js";'],
    ["envs/c.ts", 'import {\n  type x,\n} from "../agents/ppo/ppo.js";'],
    ["envs/c.ts", 'import { exp } from "../src/kernels/load.js";'],
    ["agents/ppo/d.ts", 'import { make } from "../../envs/index.js";'],
    ["agents/ppo/d.ts", 'export { run } from "../../src/train.js";'],
    ["agents/ppo/d.ts", 'import "../../src/run/checkpoint.js";'],
    ["src/rollout/e.ts", 'import { readFileSync } from "node:fs";'],
    ["src/math/f.ts", 'export * from "../random/index.js";'],
    ["src/math/f.ts", 'import { tanh } from "mathjs";'],
    ["src/errors.ts", 'import { exp } from "./math/index.js";'],
    ["envs/api/g.ts", 'import { Box } from "../spaces/box.js";'],
    ["src/run/g.ts", 'const { train } = await import("../train.js");'],
    ["src/optim/h.ts", 'type Manifest = import("../run/manifest.js").Manifest;'],
    ["src/optim/h.ts", "import { x } from '../cli/main.js'"],
    ["src/config/i.ts", 'import { make } from "rl-adan/envs";'],
  ])("finds what %s may not: %s", (path, text) => {
    expect(violations([{ path, text }])).toHaveLength(1);
  });

  it.each([
    ["src/cli/a.ts", 'import { make } from "../../envs/index.js";'],
    ["src/rollout/b-node.ts", 'import { Worker } from "node:worker_threads";'],
    ["envs/c.ts", 'import { exp } from "../src/math/index.js";'],
    ["envs/api/d.ts", 'import { RlAdanError } from "../../src/errors.js";'],
    ["agents/ppo/e.ts", 'import type { Env } from "../../envs/api/env.js";'],
    ["src/policy/f.ts", '// import "../cli/main.js";\nconst text = `import "../cli/main.js";`;'],
  ])("lets %s be: %s", (path, text) => {
    expect(violations([{ path, text }])).toEqual([]);
  });

  it("finds a circle", () => {
    const circle: SourceFile[] = [
      { path: "src/a.ts", text: 'import "./b.js";' },
      { path: "src/b.ts", text: 'export { x } from "./c.js";' },
      { path: "src/c.ts", text: 'import type { x } from "./b.js";' },
    ];
    expect(findCycle(circle)).toEqual(["src/b.ts", "src/c.ts", "src/b.ts"]);
  });
});
