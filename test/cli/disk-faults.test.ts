import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { countOperations, type DiskFault, runWithFault } from "../support/disk-fault.js";
import { resultOf } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const undisturbed = join(folder, "undisturbed");
let operations = 0;

beforeAll(() => {
  operations = countOperations(undisturbed);
});

describe("a run whose disk is full", () => {
  // npm run test:slow does it at every operation.
  const share = [0.02, 0.3, 0.5, 0.8];

  it.each(share)("ends with a sentence, and goes on as if nothing had happened (%d of the run)", (part) => {
    const run = join(folder, `full-${part}`);
    const end = runWithFault(run, { at: Math.ceil(part * operations), kind: "ENOSPC" });
    expect(end.status).toBe(1);
    expect(end.stderr).toMatch(/^error: \S+full-\S+: the disk is full\.\n$/);
    expect(runWithFault(run)).toMatchObject({ status: 0, stderr: "" });
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  });
});

describe("a run directory", () => {
  const faults: [string, DiskFault["kind"], RegExp][] = [
    ["may not be written any more", "EROFS", /^error: \S+: the file system is read-only\.\n$/],
    ["is gone", "vanish", /^error: \S+vanish\S*: the folder does not exist \(any more\)[^\n]*\.\n$/],
  ];
  it.each(faults)("that %s ends the run with a sentence", (_, kind, sentence) => {
    const run = join(folder, kind);
    const end = runWithFault(run, { at: operations >> 1, kind });
    expect(end.status).toBe(1);
    expect(end.stderr).toMatch(sentence);
    expect(existsSync(run)).toBe(kind !== "vanish");
  });
});
