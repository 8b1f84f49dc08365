import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../src/run/checkpoint.js";
import { trainHere } from "../support/disk-fault.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = temporaryFolder();
const run = join(folder, "run");

beforeAll(async () => {
  expect(await trainHere(run)).toBe(undefined);
});

function diff(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "diff", ...argv], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("diff", () => {
  it("of a run and a repetition says that they are equal, whatever the speeds: exit code 0", async () => {
    const again = join(folder, "again");
    expect(await trainHere(again)).toBe(undefined);
    const metrics = join(again, "metrics.jsonl");
    writeFileSync(metrics, readFileSync(metrics, "utf8").replace(/"charts\/SPS": *\d+/g, '"charts/SPS":1'));
    expect(diff(run, again)).toEqual({
      status: 0,
      stdout: `${[
        "settings    equal",
        "versions    equal",
        "metrics     equal",
        "checkpoints equal at 256, 384, 512",
      ].join("\n")}\n`,
      stderr: "",
    });
  });

  it("names the setting, the step and the tensors from which two seeds part: exit code 1", async () => {
    const other = join(folder, "seed");
    expect(await trainHere(other, undefined, { seed: 4 })).toBe(undefined);
    const { status, stdout, stderr } = diff(run, other);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain("settings\n  seed: 3 and 4\nversions    equal\nmetrics, from step ");
    expect(stdout).toMatch(/checkpoints, from step \d+ on\n/);
  });

  it("finds one weight, how many numbers differ and by how much", () => {
    const other = join(folder, "weight");
    cpSync(run, other, { recursive: true });
    const { tree } = readCheckpoint(other, 384);
    const { parameters } = (tree as unknown as { agent: { learner: { parameters: Float32Array } } }).agent
      .learner;
    parameters[7] = 1;
    const before = readCheckpoint(run, 384).tree as unknown as typeof tree & {
      agent: { learner: { parameters: Float32Array } };
    };
    const by = Math.abs(1 - before.agent.learner.parameters[7]!);
    // `latest` then names it, which is no concern of diff's.
    writeCheckpoint(other, 384, tree);
    expect(diff(run, other)).toEqual({
      status: 1,
      stdout: `${[
        "settings    equal",
        "versions    equal",
        "metrics     equal",
        "checkpoints, from step 384 on",
        `  learner/parameters: 1 of ${parameters.length} numbers, by ${by.toPrecision(3)} at most`,
      ].join("\n")}\n`,
      stderr: "",
    });
    const { status, stdout } = diff(run, other, "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      isIdentical: false,
      metrics: null,
      state: {
        step: 384,
        parts: [{ name: "learner/parameters", count: 1, length: parameters.length, largest: by }],
      },
    });
  });

  it("of a run and its beginning says how far that goes: exit code 1", () => {
    const short = join(folder, "short");
    cpSync(run, short, { recursive: true });
    const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n");
    // The last line is cut off, as a kill leaves it.
    writeFileSync(join(short, "metrics.jsonl"), lines.slice(0, 5).join("\n") + lines[5]!.slice(0, 9));
    const { status, stdout, stderr } = diff(run, short);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain(
      `metrics     equal as far as the shorter one goes (${lines.length - 1} and 4 lines)`,
    );
  });

  it("of what is no run says so: exit code 2", () => {
    mkdirSync(join(folder, "empty"));
    expect(diff(run, join(folder, "empty"))).toEqual({
      status: 2,
      stdout: "",
      stderr: `error: ${join(folder, "empty")} is not a run directory: it has no manifest.json.\n`,
    });
  });
});
