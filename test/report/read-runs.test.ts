import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.js";
import { type Run, readRuns } from "../../src/index.js";
import { EventFileWriter } from "../../src/logging/event-file.js";
import { readFolderNames } from "../../src/report/folder-names.js";
import { keptScalars } from "../support/event-reader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const fixtures = fileURLToPath(new URL("../fixtures/report/", import.meta.url));
const isWindows = process.platform === "win32";
let copies = 0;

function copyOf(name: string): string {
  const copy = join(folder, String(copies++), name);
  cpSync(join(fixtures, name), copy, { recursive: true });
  return copy;
}

/** As `keptScalars` writes them. */
function scalarsOf({ scalars }: Run): string[] {
  return [...scalars].flatMap(([tag, { steps, values }]) =>
    Array.from(steps, (step, i) => `${step} ${tag} ${values[i]}`).filter(() => tag !== "charts/SPS"),
  );
}

describe("reading runs", () => {
  it("of CleanRL takes environment, method, seed and settings from their tables", () => {
    const runs = readRuns(join(fixtures, "cleanrl"));
    expect(runs.map(({ env, method, seed, status }) => [env, method, seed, status])).toEqual(
      [1, 1, 2, 2, 3, 3].map((seed) => ["CartPole-v1", "ppo", seed, "finished"]),
    );
    // The arguments of test/fixtures/report/make.py.
    expect(runs[0]!.settings).toMatchObject({ learning_rate: "0.00025", num_envs: "4", gamma: "0.99" });
    expect(runs[0]!.name).toBe("CartPole-v1__ppo__1__1764000001");
  });

  it("of Stable-Baselines3 takes environment and method from their folders; its count of runs is no seed", () => {
    const runs = readRuns(join(fixtures, "sb3"));
    expect(
      runs.map(({ env, method, seed, status, lastStep }) => [env, method, seed, status, lastStep]),
    ).toEqual([
      ["CartPole-v1", "PPO", null, "unknown", 4096],
      ["CartPole-v1", "PPO", null, "unknown", 4096],
    ]);
    expect([...runs[0]!.scalars.keys()]).toEqual(
      expect.arrayContaining(["rollout/ep_rew_mean", "eval/mean_reward", "train/approx_kl"]),
    );
  });

  it("of ours takes the rest from manifest and configuration", () => {
    const [run] = readRuns(join(fixtures, "rl-adan"));
    expect(run).toMatchObject({
      env: "CartPole-v1",
      method: "ppo-adan",
      seed: 1,
      status: "finished",
      lastStep: 2048,
      versions: { rl_adan: "0.1.0", mujoco: "3.14.0" },
    });
    expect(run!.settings).toMatchObject({ hidden_sizes: "[8,8]", num_envs: "2" });
    expect(run!.argv!.slice(0, 4)).toEqual(["train", "ppo", "--env", "CartPole"]);
  });

  it.each([
    ["cleanrl/CartPole-v1__ppo__3__1764000003", "of CleanRL, with purge_step"],
    ["rl-adan/CartPole-v1__ppo-adan__2__1764000002", "of ours"],
  ])("%s, that was resumed (%s), has each point once", (name) => {
    const path = join(fixtures, name);
    const [run] = readRuns(path);
    const expected = keptScalars(path);
    expect(readdirSync(path).filter((file) => file.includes("tfevents"))).toHaveLength(2);
    expect(scalarsOf(run!).sort()).toEqual(expected.sort());
    expect(new Set(expected.map((line) => line.split(" ").slice(0, 2).join(" "))).size).toBe(expected.length);
  });

  it("keeps the tags that are asked for; the last step is that of all", () => {
    const [run] = readRuns(join(fixtures, "sb3"), { tags: ["eval/mean_reward"] });
    expect([...run!.scalars.keys()]).toEqual(["eval/mean_reward"]);
    expect(run!.lastStep).toBe(4096);
  });

  it("counts minutes without the pause between two sessions", () => {
    const path = join(folder, "pause");
    mkdirSync(path);
    let now = 1_764_000_000;
    for (const from of [0, 2]) {
      const writer = new EventFileWriter(path, {
        clock: () => now,
        ...(from > 0 ? { sessionStartStep: from } : {}),
      });
      for (const step of [from + 1, from + 2]) {
        now += 60;
        writer.scalar("a", step, step);
      }
      writer.close();
      now += 100_000;
    }
    const [run] = readRuns(path);
    expect([...run!.scalars.get("a")!.seconds]).toEqual([60, 180, 240]);
    expect(run!.minutes).toBe(4);
  });

  it("of a run whose file is cut reads up to there, and says so", () => {
    const path = copyOf("sb3/CartPole-v1/PPO_1");
    const [name] = readdirSync(path);
    truncateSync(join(path, name!), 5000);
    const [run] = readRuns(path);
    expect(run!.notes).toHaveLength(1);
    expect(run!.notes[0]).toMatch(/^events\.out\.tfevents\..* is cut off at byte 4\d\d\d of 5000$/);
    const whole = new Set(scalarsOf(readRuns(join(fixtures, "sb3/CartPole-v1/PPO_1"))[0]!));
    expect(scalarsOf(run!).length).toBeGreaterThan(10);
    expect(scalarsOf(run!).filter((line) => !whole.has(line))).toEqual([]);
  });

  it("of a run that lacks its result says that it is not finished", () => {
    const path = copyOf("rl-adan/CartPole-v1__ppo-adan__1__1764000001");
    rmSync(join(path, "result.json"));
    expect(readRuns(path)[0]!.status).toBe("unfinished");
  });

  it("of our event file alone takes settings from its table", () => {
    const path = copyOf("rl-adan/CartPole-v1__ppo-adan__1__1764000001");
    rmSync(join(path, "manifest.json"));
    expect(readRuns(path)[0]).toMatchObject({
      env: "CartPole-v1",
      method: "ppo-adan",
      seed: 1,
      status: "finished",
    });
    expect(readRuns(path)[0]!.settings).toMatchObject({ hidden_sizes: "[8,8]", num_envs: "2" });
  });

  it("says that two logs in one folder go back in steps without a session between", () => {
    const path = copyOf("cleanrl/CartPole-v1__ppo__1__1764000001");
    const other = join(fixtures, "cleanrl/CartPole-v1__ppo__2__1764000002");
    const [name] = readdirSync(other);
    cpSync(join(other, name!), join(path, "events.out.tfevents.9999999999.host.1.0"));
    expect(readRuns(path)[0]!.notes).toEqual([
      "a later event file goes back in steps without beginning a session: two runs may have logged into one folder",
    ]);
  });

  it("of a damaged configuration or manifest is refused with its name", () => {
    const config = copyOf("rl-adan/CartPole-v1__ppo-adan__1__1764000001");
    writeFileSync(join(config, "config.yaml"), "seed: [\n");
    expect(() => readRuns(config)).toThrow(join(config, "config.yaml"));
    const manifest = copyOf("rl-adan/CartPole-v1__ppo-adan__1__1764000001");
    writeFileSync(join(manifest, "manifest.json"), "{}");
    expect(() => readRuns(manifest)).toThrow(
      `${join(manifest, "manifest.json")} is not the manifest of a run`,
    );
  });

  it("of an empty folder and of none is refused", () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(() => readRuns(empty)).toThrow(
      `${empty} holds no run: no file of it or of its folders has "tfevents" in its name.`,
    );
    const none = join(folder, "none");
    expect(() => readRuns(none)).toThrow(new UsageError("no-runs", `${none} does not exist.`));
  });

  it.skipIf(isWindows)("follows no link and opens no device", () => {
    const path = copyOf("sb3/CartPole-v1/PPO_1");
    const [name] = readdirSync(path);
    const outside = join(folder, "outside");
    renameSync(join(path, name!), outside);
    symlinkSync(outside, join(path, name!));
    expect(() => readRuns(path)).toThrow(`${join(path, name!)} is no file but a link, a folder or a device`);
    const root = join(folder, "linked");
    mkdirSync(root);
    symlinkSync(path, join(root, "run"));
    expect(() => readRuns(root)).toThrow("holds no run");
    expect(readFileSync(outside).length).toBeGreaterThan(0);
  });
});

describe("the names of a run's folders", () => {
  it.each([
    ["/x/CartPole-v1__ppo__3__1764000003", "CartPole-v1", "ppo", 3],
    ["/x/Hopper-v5__ppo-adan__3__0a1b2c3d", "Hopper-v5", "ppo-adan", 3],
    ["/x/HalfCheetah-v4/PPO_2", "HalfCheetah-v4", "PPO", null],
    ["/x/ppo/HalfCheetah-v4_1", "HalfCheetah-v4", "ppo", null],
    ["/x/adan/seed-7", null, "adan", 7],
    ["/x/Hopper-v4/adan-seed7", "Hopper-v4", "adan", 7],
    ["/x/adan/Hopper-v4/3", "Hopper-v4", "adan", 3],
    ["/x/adan_s12", null, "adan", 12],
    ["/x/width-256", null, "width-256", null],
  ])("%s", (path, env, method, seed) => {
    expect(readFolderNames(path.replaceAll("/", isWindows ? "\\" : "/"))).toEqual({ env, method, seed });
  });
});
