import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { countOperations, trainThere } from "../support/disk-fault.js";
import { resultOf } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const undisturbed = join(folder, "undisturbed");
let operations = 0;

beforeAll(async () => {
  operations = await countOperations(undisturbed);
});

describe("a run whose disk is full", () => {
  // npm run test:slow does it at every operation.
  it.each([0.02, 0.3, 0.5, 0.8])("ends with a sentence, and goes on once there is space (%d)", (part) => {
    const run = join(folder, `full-${part}`);
    const end = trainThere(run, { at: Math.ceil(part * operations), kind: "ENOSPC" });
    expect(end.stderr).toMatch(/^error: \S+full-\S+: the disk is full\.\n$/);
    expect(end.status).toBe(1);
    expect(trainThere(run)).toMatchObject({ status: 0, stderr: "" });
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  });
});

describe("a run directory", () => {
  it.each([
    ["may not be written any more", "EROFS", /^error: \S+: the file system is read-only\.\n$/],
    ["is gone", "vanish", /^error: \S+vanish\S*: there is no such file or folder \(any more\)[^\n]*\.\n$/],
  ])("that %s ends the run with a sentence", (_, kind, sentence) => {
    const run = join(folder, kind);
    const end = trainThere(run, { at: operations >> 1, kind });
    expect(end.stderr).toMatch(sentence);
    expect(end.status).toBe(1);
    expect(existsSync(run)).toBe(kind !== "vanish");
  });
});

describe("a run whose heap is full", () => {
  it("is ended by V8, and goes on as after a kill", () => {
    const run = join(folder, "heap");
    const end = trainThere(run, { at: operations >> 1, kind: "heap" }, ["--max-old-space-size=96"]);
    expect(end.stderr).toContain("JavaScript heap out of memory");
    expect(trainThere(run)).toMatchObject({ status: 0, stderr: "" });
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  });
});
