import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { RlAdanError } from "../../src/errors.js";
import { MetricsFile } from "../../src/logging/metrics-file.js";
import { type RunFacts, silentReporter } from "../../src/logging/progress.js";
import { readCheckpoint, readNewestCheckpoint } from "../../src/run/checkpoint.js";
import { readManifest } from "../../src/run/manifest.js";
import { openRunDirectory, runDirectory } from "../../src/run/run-directory.js";
import { outcomeOf, resumeRun } from "../../src/train.js";
import { readTrainConfig } from "../../src/train-config.js";
import { trainHere } from "../support/disk-fault.js";
import { resultOf } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const whole = join(folder, "whole");

beforeAll(async () => {
  expect(await trainHere(whole)).toBe(undefined);
});

/** A copy of the run that lacks its result. */
function unfinished(name: string): string {
  const run = join(folder, name);
  cpSync(whole, run, { recursive: true });
  rmSync(join(run, "result.json"));
  return run;
}

/** Cuts a file at every byte, and hands each to `visit` with the error that reading it gives, if any. */
function atEveryByte(
  name: string,
  read: (run: string) => unknown,
  visit: (cut: number, found: { error: Error } | { value: unknown }) => void,
): void {
  const run = unfinished(name);
  const bytes = readFileSync(join(run, name));
  for (let cut = bytes.length - 1; cut >= 0; cut--) {
    truncateSync(join(run, name), cut);
    try {
      visit(cut, { value: read(run) });
    } catch (error) {
      if (!(error instanceof RlAdanError)) throw error;
      visit(cut, { error });
    }
  }
  rmSync(run, { recursive: true });
}

describe("a file that is written at once, and was cut off at any byte by others", () => {
  it.each([
    ["config.yaml", (run: string) => readTrainConfig(runDirectory(run).config)],
    ["manifest.json", (run: string) => readManifest(openRunDirectory(run))],
    ["best", (run: string) => readCheckpoint(run, "best").step],
  ])("%s, is refused in a sentence, or lacks nothing but its line's end", (name, read) => {
    const expected = read(whole);
    const { length } = readFileSync(join(whole, name));
    let refused = 0;
    atEveryByte(name, read, (cut, found) => {
      if ("value" in found) {
        expect(cut).toBe(length - 1);
        expect(found.value).toEqual(expected);
        return;
      }
      expect(found.error.message, `cut at ${cut}`).toContain(name);
      refused += 1;
    });
    expect(refused).toBeGreaterThanOrEqual(length - 1);
  });

  it("latest, is passed over, and that is said", () => {
    atEveryByte("latest", readNewestCheckpoint, (cut, found) => {
      expect(found, `cut at ${cut}`).toMatchObject({ value: { checkpoint: { step: 512 } } });
      const { notes } = (found as { value: { notes: string[] } }).value;
      const said = notes.filter((note) => note.includes("Going on from step 512 instead."));
      expect(said.length, `cut at ${cut}`).toBe(cut < "step-000000512".length ? 1 : 0);
    });
  });
});

describe("a metrics.jsonl that lost a part of its last line after the last checkpoint was written", () => {
  it("sends the run back to the checkpoint before, and says so", async () => {
    const run = unfinished("metrics");
    const metrics = join(run, "metrics.jsonl");
    const bytes = readFileSync(join(whole, "metrics.jsonl"));
    const last = bytes.length - (bytes.lastIndexOf("\n", bytes.length - 2) + 1);
    for (const missing of [1, last >> 1, last - 1, last]) {
      truncateSync(metrics, bytes.length - missing);
      const notes: string[] = [];
      await outcomeOf(
        resumeRun({
          runDirectory: run,
          reporter: {
            started: (facts) => notes.push(...facts.notes),
            iteration() {},
            finished() {},
            interrupted() {},
          },
        }),
      );
      expect(notes[0]).toMatch(
        /metrics\.jsonl has \d+ bytes, but .* lines are missing\. Going on from step 384 instead\./,
      );
      expect(resultOf(run)).toEqual(resultOf(whole));
      rmSync(join(run, "result.json"));
    }
  });
});

describe("a run whose metrics.jsonl was lost", () => {
  const resumed = async (run: string) => {
    const notes: string[] = [];
    const reporter = { ...silentReporter, started: (facts: RunFacts) => notes.push(...facts.notes) };
    await outcomeOf(resumeRun({ runDirectory: run, reporter, overrides: { total_timesteps: 640 } }));
    return notes;
  };

  it.each([
    ["as a whole", () => ""],
    ["by one line in its middle", (lines: string[]) => [...lines.slice(0, 2), ...lines.slice(3)].join("\n")],
    [
      "by a line too many, so that each checkpoint's end falls into one",
      (lines: string[]) => ['{"step":0}', ...lines].join("\n"),
    ],
  ])("%s, goes on from its newest checkpoint all the same, and says so", async (what, damage) => {
    const run = unfinished(`lost ${what.length}`);
    const path = join(run, "metrics.jsonl");
    writeFileSync(path, damage(readFileSync(path, "utf8").split("\n")));
    expect(await resumed(run)).toContain(
      `${path} has not the lines that it had when the checkpoint of step 512 was written: ` +
        "the training loses nothing, of its metrics what is left there stays.",
    );
    // No line is cut, and none is of a step that comes twice.
    const iterations = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { step: number; iteration?: number })
      .filter(({ iteration }) => iteration !== undefined);
    expect(iterations.map(({ step }) => step)).toEqual(
      [...new Set(iterations.map(({ step }) => step))].sort((a, b) => a - b),
    );
    expect(iterations.at(-1)!.step).toBe(640);
    const straight = unfinished(`whole ${what.length}`);
    await resumed(straight);
    expect(readCheckpoint(run, 640).tree).toMatchObject({
      agent: (readCheckpoint(straight, 640).tree as { agent: object }).agent,
    });
  });

  it("and is said to be, when that happens while it goes on", () => {
    const path = join(folder, "growing.jsonl");
    const file = new MetricsFile(path);
    file.write({ step: 1 });
    file.sync();
    truncateSync(path, 3);
    file.write({ step: 2 });
    expect(() => file.sync()).toThrow(/growing\.jsonl has only \d+ of \d+ bytes left while the run goes on/);
    rmSync(path);
    expect(() => file.sync()).toThrow(
      "growing.jsonl was removed while the run goes on; what was saved before is whole.",
    );
    file.discard();
  });
});

describe("a run without any checkpoint left", () => {
  it("is not begun anew over its metrics, finished or not", async () => {
    for (const finished of [true, false]) {
      const run = unfinished(`emptied ${finished}`);
      if (finished) cpSync(join(whole, "result.json"), join(run, "result.json"));
      rmSync(join(run, "checkpoints"), { recursive: true });
      const before = readFileSync(join(run, "metrics.jsonl"));
      const going = outcomeOf(resumeRun({ runDirectory: run, overrides: { total_timesteps: 640 } }));
      await expect(going).rejects.toThrow('has no checkpoint "latest"');
      expect(readFileSync(join(run, "metrics.jsonl"))).toEqual(before);
    }
  });
});

describe("a run whose config.yaml was edited", () => {
  it("says that it goes on otherwise", async () => {
    const run = unfinished("edited");
    const path = join(run, "config.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace(/^seed: .*$/m, "seed: 77"));
    const notes: string[] = [];
    const reporter = { ...silentReporter, started: (facts: RunFacts) => notes.push(...facts.notes) };
    await outcomeOf(resumeRun({ runDirectory: run, reporter }));
    expect(notes).toContain(
      "config.yaml is not the one that the run was started with; from here on it is what it says now",
    );
  });
});
