import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { RunStatus, SweepReporter } from "../../src/index.js";
import { Lease } from "../../src/run/lease.js";
import { planSweep } from "../../src/sweep/plan.js";
import { mappingOfObject, readSpec } from "../../src/sweep/spec.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const dist = (path: string) => new URL(`../../dist/src/${path}`, import.meta.url).href;
// Its processes run the built program.
const { sweep, UsageError } = (await import(dist("index.js"))) as typeof import("../../src/index.js");
const { LocalEngine } = (await import(
  dist("sweep/local-engine.js")
)) as typeof import("../../src/sweep/local-engine.js");

const folder = temporaryFolder();
const SMALL = { env: "Pendulum", num_envs: 2, num_steps: 64, epochs: 1, hidden_sizes: [8], eval_episodes: 1 };

function recorder(): SweepReporter & { readonly changes: RunStatus[] } {
  const changes: RunStatus[] = [];
  return { changes, started() {}, changed: (run) => changes.push(run), looked() {}, ended() {} };
}

describe("sweep", () => {
  it("trains every run, tells how, and comes back with the results", async () => {
    const reporter = recorder();
    const what = {
      settings: { ...SMALL, total_timesteps: "256" },
      arms: { adan: { optimizer: "adan" }, adam: { optimizer: "adam", learning_rate: 1e-3 } },
      seeds: "0-1",
    };
    const options = { runsRoot: join(folder, "whole"), jobs: 2, reporter };
    const { status, runs } = await sweep(what, options);
    expect(status).toBe("finished");
    expect(runs.map(({ arm, seed, state }) => `${arm} ${seed} ${state}`)).toEqual([
      "adan 0 finished",
      "adam 0 finished",
      "adan 1 finished",
      "adam 1 finished",
    ]);
    expect(runs.map(({ result }) => result?.["optimizer"])).toEqual(["adan", "adam", "adan", "adam"]);
    expect(runs.every(({ runDirectory }) => existsSync(join(runDirectory, "result.json")))).toBe(true);
    expect(reporter.changes.filter(({ state }) => state === "finished")).toHaveLength(4);
    // Again there is nothing to do.
    const again = recorder();
    expect(await sweep(what, { ...options, reporter: again })).toEqual({ status, runs });
    expect(again.changes).toEqual([]);
  });

  it("ends with a checkpoint of each run when its signal is aborted", async () => {
    const runsRoot = join(folder, "aborted");
    const stop = new AbortController();
    const reporter = {
      ...recorder(),
      looked: ({ runs }: { runs: readonly RunStatus[] }) => {
        if (runs.every(({ progress }) => progress !== null)) stop.abort();
      },
    };
    const what = { settings: { ...SMALL, total_timesteps: 60_000 }, seeds: [0, 1] };
    const outcome = await sweep(what, { runsRoot, jobs: 2, signal: stop.signal, reporter });
    expect(outcome.status).toBe("interrupted");
    expect(outcome.runs.some(({ state }) => state === "interrupted")).toBe(true);
    expect(readdirSync(runsRoot).every((name) => existsSync(join(runsRoot, name, "latest")))).toBe(true);
  });

  it("ends its runs with a checkpoint when its reporter throws", async () => {
    const runsRoot = join(folder, "thrown");
    const reporter = {
      ...recorder(),
      looked: ({ runs }: { runs: readonly RunStatus[] }) => {
        if (runs[0]!.progress !== null) throw new Error("the reporter's");
      },
    };
    const what = { settings: { ...SMALL, total_timesteps: 60_000 } };
    await expect(sweep(what, { runsRoot, reporter })).rejects.toThrow("the reporter's");
    const [name] = readdirSync(runsRoot);
    expect(existsSync(join(runsRoot, name!, "latest"))).toBe(true);
    expect(existsSync(join(runsRoot, name!, "lease.json"))).toBe(false);
  });

  it("refuses what does not fit before anything is written", async () => {
    const runsRoot = join(folder, "refused");
    const refused = sweep({ settings: { env: "Pendulum" }, arms: { a: {}, b: { gama: 0.9 } } }, { runsRoot });
    await expect(refused).rejects.toThrow(
      'Arm b: sweep: arms: b: key "gama" is unknown. Did you mean "gamma"?',
    );
    await expect(sweep({ grid: { env: [] } }, { runsRoot })).rejects.toThrow(UsageError);
    await expect(sweep({ settings: { env: "Pendulum" }, seeds: "0-1000" }, { runsRoot })).rejects.toThrow(
      "The sweep has 1001 runs (1001 seeds)",
    );
    expect(existsSync(runsRoot)).toBe(false);
  });
});

function smallPlan(runsRoot: string) {
  const source = { file: undefined, allowEnvModule: false };
  return planSweep(readSpec(mappingOfObject({ settings: SMALL }, "sweep"), source), { runsRoot });
}

describe("a run that can't be started", () => {
  it("fails with a sentence", async () => {
    const { runs } = await smallPlan(join(folder, "long"));
    const engine = new LocalEngine({ jobs: 1, threads: 1 });
    await engine.submit({ runs: runs.map((run) => ({ ...run, argv: ["x".repeat(1 << 24)] })) });
    let status = await engine.status();
    for (; !status.isOver; status = await engine.status()) await sleep(5);
    expect(status.runs[0]).toMatchObject({
      state: "failed",
      message: expect.stringMatching(/^It could not be started: /) as string,
    });
  });
});

describe("a run that another process goes on writing", () => {
  it("is left to it after a while, and is no crash", async () => {
    const plan = await smallPlan(join(folder, "held"));
    const { path } = plan.runs[0]!.directory;
    mkdirSync(path, { recursive: true });
    const lease = Lease.acquire(path);
    const engine = new LocalEngine({ jobs: 1, threads: 1, patience: 300 });
    await engine.submit(plan);
    let status = await engine.status();
    expect(status.runs[0]).toMatchObject({ state: "in-use", crashes: 0 });
    for (; !status.isOver; status = await engine.status()) await sleep(20);
    lease.release();
    expect(status.runs[0]).toMatchObject({
      state: "in-use",
      crashes: 0,
      message: expect.stringContaining(`is being written by process ${process.pid} on `) as string,
    });
    expect(readdirSync(path)).toEqual([]);
  });
});
