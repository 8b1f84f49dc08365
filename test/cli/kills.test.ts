import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { killedRun, resultOf, undisturbedRun } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = temporaryFolder();
let undisturbed: string;

beforeAll(() => {
  undisturbed = undisturbedRun(folder);
});

describe("a run under kill -9", () => {
  // npm run test:slow does it a hundred times.
  it("ends as if nothing had happened, after five", async () => {
    const { run, kills } = await killedRun(folder, 1, 5);
    expect(kills).toBe(5);
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  });
});

describe("a run whose newest checkpoint is damaged", () => {
  const files = ["train-state.safetensors", "state.json"];
  const damages: Record<string, (path: string) => void> = {
    "cut off": (path) => truncateSync(path, readFileSync(path).length >> 1),
    "with a flipped bit": (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 9]! ^= 1;
      writeFileSync(path, bytes);
    },
    missing: (path) => rmSync(path),
  };
  const cases = files.flatMap((file) => Object.keys(damages).map((damage) => ({ file, damage })));

  it.each(cases)("goes on from the one before, and says so: $file $damage", ({ file, damage }) => {
    const run = join(folder, `damaged-${file}-${damage}`);
    cpSync(undisturbed, run, { recursive: true });
    rmSync(join(run, "result.json"));
    damages[damage]!(join(run, "checkpoints", "step-000006144", file));
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "train", "--resume", run], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Going on from step 5888 instead.");
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  });
});

describe("a run that was ended before its first checkpoint", () => {
  it("starts from the beginning, and says so", () => {
    const run = join(folder, "unsaved");
    cpSync(undisturbed, run, { recursive: true });
    for (const name of ["result.json", "checkpoints", "latest", "best"])
      rmSync(join(run, name), { recursive: true });
    const { status, stdout } = spawnSync(process.execPath, [main, "train", "--resume", run], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout).toContain("note: the run ended before its first checkpoint; it starts from the beginning");
    expect(resultOf(run)).toEqual(resultOf(undisturbed));
  });
});
