import { cpSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { RlAdanError } from "../../src/errors.js";
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
  const last = readLastLine();

  it("sends the run back to the checkpoint before, and says so", async () => {
    const run = unfinished("metrics");
    const metrics = join(run, "metrics.jsonl");
    for (const missing of [1, last() >> 1, last() - 1, last()]) {
      truncateSync(metrics, readFileSync(join(whole, "metrics.jsonl")).length - missing);
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

  function readLastLine(): () => number {
    return () => {
      const bytes = readFileSync(join(whole, "metrics.jsonl"));
      return bytes.length - (bytes.lastIndexOf("\n", bytes.length - 2) + 1);
    };
  }
});
