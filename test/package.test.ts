import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/temporary-folder.js";

// What `npm publish` would send: this test needs dist, which `npm test` builds first.

const ROOT = resolve(import.meta.dirname, "..");
const folder = temporaryFolder();
const project = join(folder, "project");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  version: string;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

let tarball: string;

/** An empty project with the packed package in it, and its dependencies as npm would put them there. */
beforeAll(() => {
  const pack = ["pack", "--ignore-scripts", "--pack-destination", folder, "--json"];
  const [packed] = JSON.parse(execFileSync("npm", pack, { cwd: ROOT, encoding: "utf8" })) as [
    { filename: string },
  ];
  tarball = join(folder, packed.filename);
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "rl-adan"), { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", join(modules, "rl-adan")]);
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of [...names, "@types/node", "@types/seedrandom"]) {
    mkdirSync(join(modules, name, ".."), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name), "dir");
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }\n');
}, 60_000);

const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });

describe("the package", () => {
  it("is one that publint and attw find nothing wrong with", async () => {
    const { messages, pkg } = await publint({
      pkgDir: join(project, "node_modules/rl-adan"),
      strict: true,
      pack: false,
    });
    expect(messages.map((message) => formatMessage(message, pkg!, { color: false }))).toEqual([]);
    // esm-only: a CommonJS program imports it with import(), or with require where Node has that for modules.
    const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    expect(run(attw, tarball, "--profile", "esm-only", "--format", "json")).not.toContain('"problemKind"');
  }, 60_000);

  it("holds what its README links to", () => {
    const inPackage = join(project, "node_modules/rl-adan");
    const readme = readFileSync(join(inPackage, "README.md"), "utf8");
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
    expect(links).toContain("docs/sweeps.md");
    expect(links.filter((link) => !existsSync(join(inPackage, link)))).toEqual([]);
  });

  it("gives a command", () => {
    const main = "node_modules/rl-adan/dist/src/cli/main.js";
    expect(run(main, "--version").trim()).toBe(manifest.version);
    const size = ["--total-timesteps", "256", "--num-envs", "2", "--num-steps", "64", "--threads", "2"];
    const output = run(
      main,
      "train",
      "ppo",
      "--env",
      "InvertedPendulum",
      ...size,
      "--run-dir",
      "run",
      "--json",
    );
    expect(output).toContain('"event":"finished"');
  }, 60_000);

  it("is imported by plain JavaScript, and required", () => {
    const names = "[typeof train, typeof evaluate, typeof PPO.create, typeof loadPolicy, typeof make]";
    const pick = "{ train, evaluate, PPO, loadPolicy, make }";
    writeFileSync(
      join(project, "a.mjs"),
      `import ${pick} from "rl-adan"; console.log(JSON.stringify(${names}));`,
    );
    writeFileSync(
      join(project, "b.cjs"),
      `const ${pick} = require("rl-adan"); console.log(JSON.stringify(${names}));`,
    );
    for (const file of ["a.mjs", "b.cjs"]) {
      expect(JSON.parse(run("--no-warnings", file))).toEqual(Array(5).fill("function"));
    }
  }, 60_000);

  it.each([
    ["NodeNext", "NodeNext"],
    ["ESNext", "Bundler"],
  ])(
    "has types for every example of the README and of coming-from.md (module %s, resolution %s)",
    (module, moduleResolution) => {
      const examples = ["README.md", "docs/coming-from.md"].flatMap((page) => [
        ...readFileSync(join(ROOT, page), "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm),
      ]);
      expect(examples.length).toBeGreaterThan(1);
      const files = examples.map(([, code], index) => {
        const file = `example-${index}.ts`;
        // What an example before it has made.
        const given =
          'import { make as makeEnv } from "rl-adan";\nconst { observation: given } = (await makeEnv("HalfCheetah-v5")).reset();\n';
        const needsObservation = code!.includes("observation") && !code!.includes("const { observation }");
        const text = needsObservation ? given + code!.replace("predict(observation", "predict(given") : code!;
        writeFileSync(join(project, file), `${text}\nexport {};\n`);
        return file;
      });
      const compilerOptions = {
        module,
        moduleResolution,
        target: "ES2022",
        strict: true,
        noEmit: true,
        types: ["node"],
      };
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
      run(join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json");
    },
    60_000,
  );

  it("has types that need none of Node's: TypeScript 6 and newer load those only where a project names them", () => {
    writeFileSync(join(project, "plain.ts"), 'export * from "rl-adan";\nexport * from "rl-adan/envs";\n');
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022"];
    run(join(ROOT, "node_modules/typescript/bin/tsc"), "--ignoreConfig", ...options, "plain.ts");
  }, 60_000);
});
