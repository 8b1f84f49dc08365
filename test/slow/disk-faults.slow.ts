import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { countOperations, trainHere, trainThere } from "../support/disk-fault.js";
import type { DiskFault } from "../support/failing-disk.mjs";
import { resultOf } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const undisturbed = join(folder, "undisturbed");
let operations = 0;

beforeAll(async () => {
  operations = await countOperations(undisturbed);
});

const faults: (Omit<DiskFault, "at"> & { sentence: string })[] = [
  { kind: "ENOSPC", sentence: "the disk is full." },
  { kind: "ENOSPC", once: true, sentence: "the disk is full." },
  { kind: "EROFS", sentence: "the file system is read-only." },
  { kind: "EIO", once: true, sentence: "the system answered EIO." },
  { kind: "vanish", sentence: "there is no such file or folder (any more)" },
];

it.each(faults)("a run ends with a sentence at any operation, and goes on after: %o", async (fault) => {
  const { sentence, ...what } = fault;
  const expected = resultOf(undisturbed);
  let ended = 0;
  for (let at = 1; at <= operations; at++) {
    const run = join(folder, `${fault.kind}-${at}`);
    const where = `${fault.kind} at ${at} of ${operations}`;
    const message = await trainHere(run, { ...what, at });
    if (message !== undefined) {
      ended += 1;
      expect(message, where).toContain(run);
      expect(message, where).toContain(sentence);
    }
    if (fault.kind === "vanish") {
      // Before there is a first file, the folder is simply made.
      expect(existsSync(run), where).toBe(message === undefined && at === 1);
    } else {
      // A program that ends leaves a lease that protects nothing; this one goes on.
      rmSync(join(run, "lease.json"), { force: true });
      if (!existsSync(join(run, "result.json"))) expect(await trainHere(run), where).toBe(undefined);
      expect(resultOf(run), where).toEqual(expected);
    }
    rmSync(run, { recursive: true, force: true });
  }
  // The others may fail: a lease that is no link, or stays.
  expect(ended).toBeGreaterThan(operations - 5);
  console.log(`${fault.kind}: ended by ${ended} of ${operations} operations`);
});

/** Whether a file system of a few kilobytes can be had here: by root on Linux. */
function mountTmpfs(path: string, options: string): boolean {
  mkdirSync(path, { recursive: true });
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]).status === 0;
}

const place = join(folder, "tmpfs");
const canMount = mountTmpfs(place, "size=64k") && spawnSync("umount", [place]).status === 0;

it.skipIf(!canMount).each([16, 32, 48, 64, 80])("a real file system of %d KiB, then grown", (kibibytes) => {
  mountTmpfs(place, `size=${kibibytes}k`);
  try {
    const run = join(place, "run");
    const { status, stderr } = trainThere(run);
    expect(stderr).toMatch(/^error: \/\S+: the disk is full\.\n$/);
    expect(status).toBe(1);
    mountTmpfs(place, "remount,size=16m");
    expect(trainThere(run)).toMatchObject({ status: 0, stderr: "" });
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  } finally {
    spawnSync("umount", [place]);
  }
});
