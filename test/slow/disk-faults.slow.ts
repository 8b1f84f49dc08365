import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { countOperations, type DiskFault, runWithFault } from "../support/disk-fault.js";
import { resultOf } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const undisturbed = join(folder, "undisturbed");
let operations = 0;
let expected: ReturnType<typeof resultOf>;

beforeAll(() => {
  operations = countOperations(undisturbed);
  expected = resultOf(undisturbed);
});

/** At every operation of the run: what is left in the folder may be gone on with. */
function atEveryOperation(
  fault: Omit<DiskFault, "at">,
  check: (end: ReturnType<typeof runWithFault>, run: string) => void,
) {
  const name = `${fault.kind}-${fault.once ?? false}`;
  for (let at = 1; at <= operations; at++) {
    const run = join(folder, `${name}-${at}`);
    check(runWithFault(run, { ...fault, at }), run);
    if (existsSync(run)) {
      expect(runWithFault(run), `${name} at ${at}`).toMatchObject({ status: 0, stderr: "" });
      expect(resultOf(run), `${name} at ${at}`).toEqual(expected);
    }
    rmSync(run, { recursive: true, force: true });
  }
}

it.each([
  { kind: "ENOSPC", sentence: "the disk is full" },
  { kind: "ENOSPC", once: true, sentence: "the disk is full" },
  { kind: "EROFS", sentence: "the file system is read-only" },
])("a disk that refuses at any operation ends the run with a sentence: %o", ({ sentence, ...fault }) => {
  atEveryOperation(fault, ({ status, stderr }, run) => {
    // Nothing that a lease's removal or the last look at the log meets is worth a failure.
    if (status === 0) return expect(stderr).toBe("");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: \S+: [^\n]+\.\n$/);
    expect(stderr).toContain(run);
    expect(stderr).toContain(sentence);
  });
});

it("a run directory that is gone at any operation ends the run with a sentence, and is not made again", () => {
  atEveryOperation({ kind: "vanish" }, ({ status, stderr }, run) => {
    if (status === 0) return;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(run);
  });
});
