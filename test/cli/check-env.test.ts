import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { isEnvModule, loadEnvModule, make } from "../../src/env-modules-node.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const envs = new URL("../../dist/envs/index.js", import.meta.url).href;
const folder = temporaryFolder();

// A user's own: a point on a line. The last class forgets the seed and gives a reward in words.
writeFileSync(
  join(folder, "line.mjs"),
  `import { Box } from "${envs}";
export class Line {
  observationSpace = new Box(-1, 1, [1], "float64");
  actionSpace = new Box(-1, 1, [1]);
  constructor({ speed = 0.5 } = {}) { this.speed = speed; }
  reset({ seed } = {}) {
    if (seed !== undefined) this.random = Number(BigInt(seed) % 997n);
    this.random = (this.random * 5 + 1) % 997;
    this.x = this.random / 997;
    return { observation: Float64Array.of(this.x), info: {} };
  }
  step(action) {
    if (this.x === undefined) throw new Error("reset first");
    if (action.length !== 1) throw new Error("one number, please");
    this.x = Math.max(-1, Math.min(1, this.x + this.speed * (action[0] || 0)));
    return { observation: Float64Array.of(this.x), reward: -this.x * this.x, terminated: this.x === 1, truncated: false, info: {} };
  }
  close() {}
  state() { return { x: this.x ?? null, random: this.random ?? null }; }
  restore({ x, random }) { this.x = x ?? undefined; this.random = random; }
}
export const makeLine = async (options) => new Line(options);
export class Made { static async create(options) { return new Line(options); } }
export class Worded extends Line {
  step(action) { return { ...super.step(action), reward: "high" }; }
}
export class Stateless extends Line { state = undefined; restore = undefined; }
export const nothing = () => ({ observationSpace: 1 });
export const limit = 3;
export const refuses = () => { throw new Error("no licence"); };
`,
);
writeFileSync(join(folder, "default.mjs"), 'export { Line as default } from "./line.mjs";\n');
writeFileSync(join(folder, "make.mjs"), 'export { makeLine as make } from "./line.mjs";\n');
writeFileSync(join(folder, "broken.mjs"), "export class {\n");
writeFileSync(join(folder, "empty.mjs"), "");

const importsTypeScript = (process.features as { typescript?: unknown }).typescript === "strip";

function checkEnv(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "check-env", ...argv], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout: stdout.replace(/\d+ steps\/s/, "N steps/s"), stderr };
}

describe("rl-adan check-env", () => {
  it("prints a line for each check of a user's environment", () => {
    const { status, stdout, stderr } = checkEnv("./line.mjs:Line", "--steps", "20");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "Line
        observations  Box(-1, 1, (1), float64)
        actions       Box(-1, 1, (1), float32)
        spaces        ok
        reset         ok
        seeding       ok
        step          ok
        step-order    ok
        wrong-action  ok
        nan-action    ok
        close         ok
        determinism   ok
        restore       ok
        independence  ok
        speed         ok       N steps/s (one instance, one thread, random actions).
      12 checks: 0 errors, 0 warnings
      "
    `);
  });

  it("exits with 1 when there are errors, and leaves out what can't be understood then", () => {
    const { status, stdout, stderr } = checkEnv("./line.mjs:Worded", "--steps", "20");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "Worded
        observations  Box(-1, 1, (1), float64)
        actions       Box(-1, 1, (1), float32)
        spaces        ok
        reset         ok
        seeding       ok
        step          error    step(): the reward must be a number, got "high".
        step-order    skipped  after the error above
        wrong-action  skipped  after the error above
        nan-action    skipped  after the error above
        close         skipped  after the error above
        determinism   skipped  after the error above
        restore       skipped  after the error above
        independence  skipped  after the error above
        speed         skipped  after the error above
      12 checks: 1 error, 0 warnings
      "
    `);
  });

  it("exits with 0 when there are only warnings", () => {
    const { status, stdout } = checkEnv("./line.mjs:Stateless", "--steps", "20");
    expect(status).toBe(0);
    expect(stdout).toContain(
      "  restore       warning  Without state() and restore() a training run can't be resumed.\n",
    );
    expect(stdout).toContain("12 checks: 0 errors, 1 warning\n");
  });

  it("checks registered environments, for programs too", () => {
    const { status, stdout } = checkEnv("InvertedPendulum", "--steps", "20", "--json");
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { checks: { check: string; status: string }[] };
    expect(report).toMatchObject({ env: "InvertedPendulum-v5", ok: true, errors: 0, warnings: 0 });
    expect(report.checks).toHaveLength(12);
    expect(report.checks).toContainEqual({ check: "restore", status: "ok", findings: [] });
  });

  it("finds nothing in the environment that the guide shows", () => {
    const guide = readFileSync(new URL("../../docs/environments.md", import.meta.url), "utf8");
    const code = /```js\n(?<code>[\s\S]*?)```/.exec(guide)!.groups!["code"]!;
    // The temporary folder has no node_modules to find the package in.
    writeFileSync(join(folder, "slider.mjs"), code.replace('"rl-adan/envs"', `"${envs}"`));
    const { status, stdout } = checkEnv("./slider.mjs:Slider", "--steps", "50");
    expect(stdout).toContain("12 checks: 0 errors, 0 warnings\n");
    expect(status).toBe(0);
  });

  it("exits with 2 when there is nothing to check", () => {
    const usage = (...argv: string[]) => {
      const { status, stdout, stderr } = checkEnv(...argv);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      return stderr;
    };
    expect(usage()).toBe("error: missing required argument 'env'\n");
    expect(usage("Pendlum")).toBe('error: There is no environment "Pendlum". Did you mean "Pendulum"?\n');
    expect(usage("./lime.mjs")).toBe('error: ./lime.mjs does not exist. Did you mean "line.mjs"?\n');
    expect(usage("Pendulum", "--steps", "1")).toBe(
      "error: option '--steps <n>' argument '1' is invalid. It must be a whole number of at least 2.\n",
    );
  });
});

describe("loadEnvModule", () => {
  const at = (spec: string) => `${join(folder, "x").slice(0, -1)}${spec}`;

  it.each([
    ["line.mjs:Line", "Line", "Line"],
    ["line.mjs:makeLine", "makeLine", "makeLine"],
    ["line.mjs:Made", "Made", "Made"],
    ["default.mjs", "default", "default"],
    ["make.mjs", "make", "make"],
  ])("makes %s, with options", async (spec, exportName, id) => {
    const module = await loadEnvModule(at(spec));
    const moduleUrl = pathToFileURL(at(spec.split(":")[0]!)).href;
    expect(module).toMatchObject({ id, exportName, moduleUrl });
    expect(await module.make({ speed: 2 })).toMatchObject({ env: { speed: 2 } });
    expect(await module.make()).toMatchObject({ env: { speed: 0.5 } });
  });

  it("enforces the order of calls, and limits episodes when told to", async () => {
    const module = await loadEnvModule(at("line.mjs:Line"));
    const env = await module.make({ max_episode_steps: 2, speed: 0 });
    const action = Float32Array.of(0);
    expect(() => env.step(action)).toThrow("step() was called before the first reset().");
    env.reset({ seed: 1 });
    expect([env.step(action).truncated, env.step(action).truncated]).toEqual([false, true]);
    await expect(module.make({ max_episode_steps: 0 })).rejects.toThrow(
      "max_episode_steps must be a whole number of at least 1, or -1 for no limit; got 0.",
    );
  });

  it("describes it as data, from which it can be made again in another thread", async () => {
    const { envSpec } = await loadEnvModule(at("default.mjs"));
    const { module, id, options } = structuredClone(envSpec({ speed: 3 }));
    expect(module).toMatch(/env-modules-node\.ts$/);
    expect(await make(id, options)).toMatchObject({ env: { speed: 3 } });
  });

  it.each([
    ["lime.mjs:Line", 'lime.mjs does not exist. Did you mean "line.mjs"?'],
    ["line.mjs:", "line.mjs: names no export after the colon; write DIR/line.mjs or DIR/line.mjs:MyEnv."],
    ["lime:Line", "lime does not exist."],
    ["line.mjs:Lime", 'line.mjs has no export "Lime". Did you mean "Line"?'],
    ["empty.mjs:Robot", 'empty.mjs has no export "Robot". It exports nothing.'],
    ["empty.mjs", 'empty.mjs has neither a default export nor "make"; it exports nothing.'],
    [
      "line.mjs",
      'line.mjs has neither a default export nor "make"; name one of its exports, as in DIR/line.mjs:Line.',
    ],
    [
      "line.mjs:limit",
      "line.mjs:limit is not an environment: it is of type number, where a class or a function that makes one was expected.",
    ],
  ])("refuses %s", async (spec, message) => {
    const error = await loadEnvModule(at(spec)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "UsageError", code: "env-module" });
    expect((error as Error).message.replaceAll(folder, "DIR")).toBe(`DIR/${message}`);
  });

  it("refuses a folder, and says what a file can't be imported for", async () => {
    await expect(loadEnvModule(folder)).rejects.toThrow(`${folder} is not a file.`);
    await expect(loadEnvModule(at("broken.mjs"))).rejects.toThrow(/broken\.mjs could not be imported: /);
  });

  it.skipIf(importsTypeScript)("says what to do with TypeScript where Node imports none", () => {
    writeFileSync(join(folder, "slider.ts"), "export class Slider {}");
    const { status, stderr } = checkEnv("./slider.ts:Slider");
    expect(status).toBe(2);
    expect(stderr).toContain(
      '. Use Node 22.18 or newer, compile the file to JavaScript, or install tsx and set NODE_OPTIONS="--import tsx".\n',
    );
  });

  it("refuses what it makes when that is no environment, and tells what its maker threw", async () => {
    const nothing = await loadEnvModule(at("line.mjs:nothing"));
    await expect(nothing.make()).rejects.toThrow(
      /line\.mjs:nothing is not an environment: what it makes has no reset\(\), step\(\), close\(\)\.$/,
    );
    const refuses = await loadEnvModule(at("line.mjs:refuses"));
    await expect(refuses.make()).rejects.toThrow(/line\.mjs:refuses could not be made: no licence$/);
  });
});

describe("isEnvModule", () => {
  it.each([
    "./my-env",
    "../envs/mine.js:MyEnv",
    "/home/me/mine.ts",
    "mine.mjs",
    "mine.js:MyEnv",
    "file:///a/mine.js",
    "C:\\envs\\mine.js:MyEnv",
  ])("sees a file in %s", (name) => expect(isEnvModule(name)).toBe(true));

  it.each(["HalfCheetah", "HalfCheetah-v5", "mine/Robot-v0", "a.b:c-v1"])("sees an id in %s", (name) =>
    expect(isEnvModule(name)).toBe(false),
  );
});
