import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { groupHash, runHash } from "../../src/run/hashes.js";
import { createRunDirectory, isFinished, openRunDirectory } from "../../src/run/run-directory.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const run = { env: "HalfCheetah-v5", algorithm: "ppo", optimizer: "adan", seed: 3, unixSeconds: 1764000000 };

describe("a run directory", () => {
  it("is named after the run, and a second one in the same second after the next", () => {
    const runsRoot = join(folder, "runs");
    const names = [1, 2].map(() => basename(createRunDirectory({ ...run, runsRoot }).path));
    expect(names).toEqual([
      "HalfCheetah-v5__ppo-adan__3__1764000000",
      "HalfCheetah-v5__ppo-adan__3__1764000001",
    ]);
  });

  it.skipIf(process.platform === "win32")("gets the next name when another run makes its own first", () => {
    // A link to nowhere: not there to a look, there to the attempt, like a folder made in between.
    const runsRoot = join(folder, "contended");
    mkdirSync(runsRoot);
    symlinkSync("nowhere", join(runsRoot, "HalfCheetah-v5__ppo-adan__3__1764000000"));
    expect(basename(createRunDirectory({ ...run, runsRoot }).path)).toBe(
      "HalfCheetah-v5__ppo-adan__3__1764000001",
    );
  });

  it("has a name that every file system takes", () => {
    const path = createRunDirectory({ ...run, runsRoot: folder, env: "my/Env:v1?", optimizer: null }).path;
    expect(basename(path)).toBe("my-Env-v1-__ppo__3__1764000000");
  });

  it("of the user's choice must be new or empty", () => {
    const path = join(folder, "mine");
    const create = () => createRunDirectory({ ...run, runsRoot: folder, path });
    create();
    create();
    writeFileSync(join(path, "notes.txt"), "");
    expect(create).toThrow("mine is not empty; a run needs a folder of its own.");
    writeFileSync(join(path, "manifest.json"), "{}");
    expect(create).toThrow(/mine holds a run; go on with --resume .*mine, or choose another --run-dir\./);
    writeFileSync(join(path, "result.json"), "{}");
    expect(create).toThrow("mine holds a finished run; choose another --run-dir.");
  });

  it("that can't be made says why", () => {
    writeFileSync(join(folder, "file"), "");
    const path = join(folder, "file", "run");
    expect(() => createRunDirectory({ ...run, runsRoot: folder, path })).toThrow(
      "a part of the path is not a folder",
    );
  });

  it("is opened when it holds a run, and refused with the reason otherwise", () => {
    const path = join(folder, "opened");
    expect(() => openRunDirectory(path)).toThrow("is not a run directory: it does not exist.");
    mkdirSync(path);
    expect(() => openRunDirectory(path)).toThrow("is not a run directory: it has no manifest.json.");
    expect(() => openRunDirectory("/")).toThrow("is not a run directory: it has no manifest.json.");
    writeFileSync(join(path, "manifest.json"), "{}");
    writeFileSync(join(path, "config.yaml"), "");
    const opened = openRunDirectory(`${path}/`);
    expect(existsSync(opened.config)).toBe(true);
    expect(isFinished(opened)).toBe(false);
  });
});

describe("hashes of a configuration", () => {
  const config = { gamma: 0.99, seed: 1, threads: 2, optimizer_options: { eps: 1, betas: [0.9] } };

  it("are the group's for all seeds, the run's for one", () => {
    expect(groupHash({ ...config, seed: 2 })).toBe(groupHash(config));
    expect(runHash({ ...config, seed: 2 })).not.toBe(runHash(config));
  });

  it("do not depend on threads or the order of keys, but on every number", () => {
    expect(groupHash({ ...config, threads: 8 })).toBe(groupHash(config));
    const { gamma, ...rest } = config;
    expect(groupHash({ ...rest, gamma })).toBe(groupHash(config));
    expect(groupHash({ ...config, gamma: 0.98 })).not.toBe(groupHash(config));
    expect(groupHash({ ...config, optimizer_options: { eps: 2, betas: [0.9] } })).not.toBe(groupHash(config));
  });
});
