import { describe, expect, it } from "vitest";
import type { IterationProgress, RunFacts } from "../../src/logging/progress.js";
import { createReporter, formatFacts, formatStatus } from "../../src/logging/status-line.js";

const facts: RunFacts = {
  runDirectory: "runs/x",
  env: "HalfCheetah-v5",
  algorithm: "ppo",
  optimizer: "adan",
  device: "simd",
  deviceReason: "the default",
  adapter: null,
  seed: 1,
  parameters: 11085,
  threads: 2,
  totalTimesteps: 1_000_000,
  resumedFromStep: null,
  notes: [],
};

function progress(step: number, returnMean: number | null = 123.456): IterationProgress {
  return {
    step,
    totalTimesteps: 1_000_000,
    stepsPerSecond: 9876.5,
    episodes: 300,
    returnMean,
    returnCount: 100,
    approxKl: 0.0123,
    secondsLeft: 75,
  };
}

/** Everything that a reporter writes. */
function output(options: {
  isTTY?: boolean;
  columns?: number;
  env?: NodeJS.ProcessEnv;
  mode?: "auto" | "json" | "quiet";
  profile?: boolean;
}) {
  const texts: string[] = [];
  const { mode = "auto", env = {}, profile = false, ...stream } = options;
  let now = 0;
  const reporter = createReporter(
    { write: (text) => texts.push(text), ...stream },
    { mode, env, profile, clock: () => now },
  );
  return { texts, reporter, wait: (milliseconds: number) => (now += milliseconds) };
}

describe("the status line", () => {
  it("shows bar, steps, speed, return, KL and time left", () => {
    expect(formatStatus(progress(250_000), 200)).toMatchInlineSnapshot(
      `"[####------------] 250000/1000000 25%  9877 steps/s  return 123.5 (100)  kl 0.0123  1m15s left"`,
    );
    expect(formatStatus(progress(2048, null), 200)).toMatchInlineSnapshot(
      `"[----------------] 2048/1000000 0%  9877 steps/s  return -  kl 0.0123  1m15s left"`,
    );
  });

  it("is never wider than it may be", () => {
    expect(formatStatus(progress(250_000), 40)).toHaveLength(40);
  });

  it("is as wide as a common terminal when the terminal says 0", () => {
    const { texts, reporter } = output({ isTTY: true, columns: 0 });
    reporter.iteration(progress(250_000));
    expect(texts[0]!.replace("\r\x1b[2K", "")).toBe(formatStatus(progress(250_000), 79));
  });

  it("repaints one line in a terminal", () => {
    const { texts, reporter, wait } = output({ isTTY: true, columns: 60 });
    reporter.iteration(progress(1000));
    reporter.iteration(progress(2000));
    wait(1000);
    reporter.iteration(progress(3000));
    reporter.interrupted(3000, null);
    expect(texts).toHaveLength(4);
    expect(texts[0]!.startsWith("\r\x1b[2K")).toBe(true);
    expect(texts[1]!.length).toBeLessThanOrEqual(59 + "\r\x1b[2K".length);
    expect(texts.slice(2)).toEqual(["\n", "interrupted at step 3000; nothing was saved\n"]);
  });

  it.each([{ isTTY: false }, { isTTY: true, env: { CI: "true" } }])(
    "is a plain line now and then when piped or in CI: %o",
    (stream) => {
      const { texts, reporter, wait } = output(stream);
      for (const step of [1000, 2000, 3000]) reporter.iteration(progress(step));
      wait(10_000);
      reporter.iteration(progress(4000));
      reporter.iteration(progress(100_000));
      reporter.iteration(progress(1_000_000));
      expect(texts.map((text) => Number(/(\d+)\/1000000/.exec(text)![1]))).toEqual([
        1000, 4000, 100_000, 1_000_000,
      ]);
      expect(texts.join("")).not.toContain("\x1b");
    },
  );

  it("has no colours in a pipe, nor control characters of a path", () => {
    const { texts, reporter } = output({});
    reporter.started(facts);
    reporter.interrupted(3, "rl-adan train --resume runs/\x1b[31mred");
    reporter.interrupted(0, "rl-adan train --resume runs/a");
    reporter.finished({});
    expect(texts.join("")).not.toContain("\x1b");
    expect(texts).toContain("interrupted at step 3; go on with: rl-adan train --resume runs/\\x1b[31mred\n");
    expect(texts).toContain(
      "interrupted at step 0; nothing was saved; begin again with: rl-adan train --resume runs/a\n",
    );
  });

  it("is silent when told to be", () => {
    const { texts, reporter } = output({ mode: "quiet" });
    reporter.started(facts);
    reporter.iteration(progress(1000));
    reporter.finished({});
    expect(texts).toEqual([]);
  });

  it("is JSON, an event a line, when asked", () => {
    const { texts, reporter } = output({ mode: "json" });
    reporter.started(facts);
    reporter.iteration(progress(1000));
    reporter.finished({ env: "x" });
    const events = texts.map((text) => JSON.parse(text) as { event: string });
    expect(events.map(({ event }) => event)).toEqual(["started", "iteration", "finished"]);
    expect(events[1]).toMatchObject({ step: 1000, returnMean: 123.456 });
  });
});

it("a profile is shown when asked for: the longest phase first, and what no phase had", () => {
  const phases = { rollout: 1.5, minibatches: 6 };
  const { texts, reporter } = output({ profile: true });
  reporter.profile!(phases, 10);
  expect(texts).toEqual([
    "  minibatches            6.00 s  60.0 %\n",
    "  start-up and the rest  2.50 s  25.0 %\n",
    "  rollout                1.50 s  15.0 %\n",
  ]);
  const json = output({ mode: "json", profile: true });
  json.reporter.profile!(phases, 10);
  expect(JSON.parse(json.texts.join(""))).toEqual({ event: "profile", phases, wallSeconds: 10 });
  const unasked = output({});
  unasked.reporter.profile!(phases, 10);
  expect(unasked.texts).toEqual([]);
});

it("the facts come first, with control characters shown instead of obeyed", () => {
  const lines = formatFacts({ ...facts, runDirectory: "runs/\x1b[31mred", notes: ["capped"] });
  expect(lines).toMatchInlineSnapshot(`
    [
      "HalfCheetah-v5  ppo with adan, seed 1, 1000000 steps, 11085 parameters",
      "device simd (the default), 2 threads",
      "run directory runs/\\x1b[31mred",
      "note: capped",
    ]
  `);
});
