import { describe, expect, it } from "vitest";
import { runDirectory } from "../../src/run/run-directory.js";
import type { RunStatus } from "../../src/sweep/engine.js";
import type { SweepOutcome } from "../../src/sweep/run-sweep.js";
import { createSweepReporter } from "../../src/sweep/sweep-reporter.js";

function status(seed: number, rest: Partial<RunStatus>, label = "adan"): RunStatus {
  const directory = runDirectory(`runs/${seed}`);
  const run = {
    arm: label,
    label,
    varied: {},
    config: {} as RunStatus["run"]["config"],
    seed,
    runHash: "",
    directory,
    argv: [],
    resumeArgv: [],
  };
  return { run, state: "waiting", pid: null, progress: null, crashes: 0, message: null, ...rest };
}

const progress = {
  step: 500,
  totalTimesteps: 1000,
  stepsPerSecond: 2000,
  episodes: 3,
  returnMean: 1.5,
  returnCount: 3,
  approxKl: 0.01,
  secondsLeft: 5,
};
const result = {
  total_timesteps: 1000,
  steps_per_second: 2000,
  train_return_last_100: 1,
  train_return_episodes: 9,
  eval_mean_return: 2,
  eval_std_return: 0.5,
};

/** What a reporter writes. */
function output(options: { isTTY?: boolean; columns?: number; rows?: number; env?: NodeJS.ProcessEnv }) {
  const { env = {}, ...stream } = options;
  const texts: string[] = [];
  const sink = { write: (text: string) => texts.push(text), ...stream };
  return { texts, reporter: createSweepReporter(sink, { mode: "auto", command: "again", env }) };
}

function outcome(runs: readonly RunStatus[]): SweepOutcome {
  return {
    status: "failed",
    runs: runs.map(({ run, state, crashes, message }) => ({
      ...{ arm: run.arm, label: run.label, varied: {}, seed: run.seed, runDirectory: run.directory.path },
      ...{ state, crashes, message, result: null },
    })),
  };
}

describe("a sweep in a terminal", () => {
  const running = [
    status(0, { state: "running", progress }),
    status(1, { state: "running" }, "careful adam"),
    ...[2, 3].map((seed) => status(seed, {})),
  ];

  it("is a table that repaints in place", () => {
    const { texts, reporter } = output({ isTTY: true, columns: 120 });
    reporter.started(4, 0);
    for (const run of running.slice(0, 2)) reporter.changed(run, null);
    reporter.looked({ runs: running, isOver: false });
    expect(texts[0]).toBe("4 runs\n");
    const lines = texts[1]!.split("\n");
    expect(lines[0]).toBe(
      "adan seed 0          [########--------] 500/1000 50%  2000 steps/s  return 1.5 (3)  kl 0.0100  5s left",
    );
    expect(lines[1]).toBe("careful adam seed 1  starting");
    expect(lines[2]).toMatch(/^0 of 4 runs finished, 2 running, 2 waiting; about \d+s left$/);
    reporter.looked({ runs: running, isOver: false });
    // Three lines up, and all below is cleared.
    expect(texts[2]).toBe("\x1b[3A\r\x1b[J");
    expect(texts[3]!.split("\n").slice(0, 2)).toEqual(lines.slice(0, 2));
  });

  it("fits into a small one", () => {
    const { texts, reporter } = output({ isTTY: true, columns: 30, rows: 3 });
    reporter.looked({ runs: running, isOver: false });
    const lines = texts[0]!.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => line.length < 30)).toBe(true);
  });

  it("obeys no control character of an arm's name", () => {
    const { texts, reporter } = output({ isTTY: true });
    const evil = status(0, { state: "running" }, "a\x1b[31mb");
    reporter.looked({ runs: [evil], isOver: false });
    reporter.changed({ ...evil, state: "failed", message: "\x1b]0;title\x07" }, null);
    reporter.ended(outcome([{ ...evil, state: "failed", message: "\x1b]0;title\x07" }]));
    const own = texts.join("").replaceAll("\x1b[2A\r\x1b[J", "").replaceAll("\n", "");
    expect(own).toContain("a\\x1b[31mb");
    expect(own).not.toMatch(/\p{Cc}/u);
  });
});

describe("a sweep in a pipe or in CI", () => {
  it.each([{}, { isTTY: true, env: { CI: "true" } }])("is plain lines: %j", (stream) => {
    const { texts, reporter } = output(stream);
    reporter.started(5, 2);
    reporter.changed(status(0, { state: "running" }), null);
    reporter.looked({ runs: [status(0, { state: "running", progress })], isOver: false });
    reporter.changed(status(0, { state: "running", crashes: 1, message: "It was ended by SIGKILL." }), null);
    reporter.changed(status(0, { state: "finished", crashes: 1 }), result);
    reporter.changed(
      status(1, { state: "in-use", message: "runs/1 is being written by process 7 on host" }),
      null,
    );
    const failed = status(2, { state: "failed", message: "No." });
    reporter.changed(failed, null);
    reporter.ended(outcome([status(0, { state: "finished" }), failed]));
    expect(texts.join("")).toMatchInlineSnapshot(`
      "5 runs, 2 of them finished before
      adan seed 0: training in runs/0
      adan seed 0: ended too early, goes on from its last checkpoint: It was ended by SIGKILL.
      adan seed 0: done  1000 steps at 2000.0 steps/s; return of the last 9 training episodes 1.0; evaluation 2.0 ± 0.5
      adan seed 1: runs/1 is being written by process 7 on host; tried again later
      adan seed 2: failed: No.
      failed: 1 of 2 runs finished, 1 failed
        adan seed 2 (runs/2): No.
      go on with: again
      "
    `);
  });
});

describe("a sweep for a program", () => {
  it("is an object a line", () => {
    const texts: string[] = [];
    const reporter = createSweepReporter(
      { write: (text) => texts.push(text) },
      { mode: "json", command: "again" },
    );
    reporter.started(2, 1);
    reporter.changed(status(0, { state: "finished" }), result);
    reporter.ended(outcome([status(0, { state: "failed", message: "No." })]));
    expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([
      { event: "started", runs: 2, finished: 1 },
      {
        ...{ event: "run", arm: "adan", label: "adan", varied: {}, seed: 0, runDirectory: "runs/0" },
        ...{ state: "finished", crashes: 0, message: null, pid: null, step: null, result },
      },
      { event: "failed", runs: 1, finished: 0, failed: 1, goOnWith: "again" },
    ]);
  });

  it("is nothing when quiet", () => {
    const texts: string[] = [];
    const reporter = createSweepReporter({ write: (text) => texts.push(text) }, { mode: "quiet" });
    reporter.started(2, 1);
    reporter.ended(outcome([]));
    expect(texts).toEqual([]);
  });
});
