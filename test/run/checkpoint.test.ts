import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  listCheckpoints,
  readCheckpoint,
  readNewestCheckpoint,
  removeLeftovers,
  restoreReplaced,
  writeCheckpoint,
} from "../../src/run/checkpoint.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
let runs = 0;

function newRun(): string {
  const path = join(folder, `run-${runs++}`);
  mkdirSync(path);
  return path;
}

const tree = (value: number) => ({
  iteration: value,
  learner: { parameters: Float32Array.of(value, -0, 1e-40), moments: Float64Array.of(Math.PI, Number.NaN) },
  envs: [
    { flags: Uint8Array.of(1, 2, 3), generator: "340282366920938463463374607431768211455", spare: null },
  ],
});

describe("a checkpoint", () => {
  it("gives back what was put into it, and is what `latest` names", () => {
    const run = newRun();
    writeCheckpoint(run, 2048, tree(1));
    const { step, tree: read } = readCheckpoint(run, "latest");
    expect(step).toBe(2048);
    expect(read).toEqual(tree(1));
    expect(readFileSync(join(run, "latest"), "utf8")).toBe("step-000002048\n");
    expect(readdirSync(join(run, "checkpoints", "step-000002048")).sort()).toEqual([
      "state.json",
      "train-state.safetensors",
    ]);
  });

  it("has the same bytes for the same state", () => {
    const [a, b] = [newRun(), newRun()];
    const files = [a, b].map((run) => {
      const path = writeCheckpoint(run, 7, tree(3));
      return readdirSync(path).map((name) => readFileSync(join(path, name)).toString("base64"));
    });
    expect(files[0]).toEqual(files[1]);
  });

  it("gets its name back when a process was ended between the two renames of its replacement", () => {
    const run = newRun();
    const path = writeCheckpoint(run, 7, tree(3));
    cpSync(path, join(run, "checkpoints", ".step-000000007.tmp"), { recursive: true });
    renameSync(path, join(run, "checkpoints", ".step-000000007.tmp.old"));
    restoreReplaced(run);
    removeLeftovers(run);
    expect(readdirSync(join(run, "checkpoints"))).toEqual(["step-000000007"]);
    expect(readNewestCheckpoint(run)!.checkpoint.tree).toEqual(tree(3));
  });

  it("that was removed is not one that was never written", () => {
    const run = newRun();
    expect(readNewestCheckpoint(run)).toBe(undefined);
    writeCheckpoint(run, 7, tree(3));
    rmSync(join(run, "checkpoints"), { recursive: true });
    expect(() => readNewestCheckpoint(run)).toThrow('has no checkpoint "latest"');
  });

  it("beyond the last three is removed, but never the best", () => {
    const run = newRun();
    writeCheckpoint(run, 1, tree(1), { isBest: true });
    for (const step of [2, 3, 4, 5, 6]) writeCheckpoint(run, step, tree(step));
    expect(listCheckpoints(run)).toEqual([1, 4, 5, 6]);
    expect(readCheckpoint(run, "best").step).toBe(1);
    expect(readCheckpoint(run, 5).tree).toEqual(tree(5));
  });

  it("stays for good when it is the first at or after a multiple of `every`", () => {
    const run = newRun();
    const keep = { last: 2, every: 10 };
    for (let step = 4; step <= 44; step += 4) writeCheckpoint(run, step, tree(step), { keep });
    // The first from 10, 20, 30 and 40 on; and the last two.
    expect(listCheckpoints(run)).toEqual([12, 20, 32, 40, 44]);
    writeCheckpoint(run, 48, tree(48), { keep: { last: 1, every: 0 } });
    expect(listCheckpoints(run)).toEqual([48]);
  });

  it("is written by one format and read by it: another one is named with ours", () => {
    const run = newRun();
    const path = join(writeCheckpoint(run, 10, tree(1)), "state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"format":1', '"format":2'));
    expect(() => readCheckpoint(run, 10)).toThrow(
      "state.json is of checkpoint format 2; this version of rl-adan reads format 1.",
    );
  });

  it("is never removed while `latest` names it, though others have higher steps", () => {
    const run = newRun();
    for (const step of [100, 200, 300, 400]) writeCheckpoint(run, step, tree(step));
    writeCheckpoint(run, 20, tree(20));
    expect(listCheckpoints(run)).toEqual([20, 200, 300, 400]);
    expect(readCheckpoint(run, "latest").step).toBe(20);
  });

  it("may be written again", () => {
    const run = newRun();
    for (const value of [1, 1, 2]) writeCheckpoint(run, 10, tree(value));
    expect(readCheckpoint(run, 10).tree).toEqual(tree(2));
    expect(readdirSync(join(run, "checkpoints"))).toEqual(["step-000000010"]);
  });

  it.each(["[", '{"a":'])("nested without end by %s is refused in a sentence", (open) => {
    const run = newRun();
    const path = join(writeCheckpoint(run, 10, tree(1)), "state.json");
    const close = open === "[" ? "]" : "}";
    const state = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
    writeFileSync(path, `{"digest":"x","format":1,"step":10,"state":${state}}`);
    expect(() => readCheckpoint(run, 10)).toThrow(/nested deeper than 64 levels|is not JSON/);
  });

  it("can't be found when `latest` is no file, or names a place outside", () => {
    const run = newRun();
    writeFileSync(join(run, "latest"), "../../other\n");
    expect(() => readCheckpoint(run, "latest")).toThrow(
      'latest should name a checkpoint folder, it says "../../other"; remove the file to go on without it.',
    );
    const other = newRun();
    mkdirSync(join(other, "latest"));
    expect(() => readCheckpoint(other, "latest")).toThrow(/latest: it is a folder\.$/);
  });

  it("that is missing is named, with those that there are", () => {
    const run = newRun();
    expect(() => readCheckpoint(run, "latest")).toThrow('has no checkpoint "latest". There is none at all.');
    writeCheckpoint(run, 10, tree(1));
    writeCheckpoint(run, 20, tree(1));
    expect(() => readCheckpoint(run, 30)).toThrow(
      "has no checkpoint at step 30. There are checkpoints at steps 10, 20.",
    );
  });

  it.each(["state.json", "train-state.safetensors"])("whose %s was damaged says so", (name) => {
    const run = newRun();
    const path = join(writeCheckpoint(run, 10, tree(1)), name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 4]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => readCheckpoint(run, "latest")).toThrow(/is damaged: its digest|is not JSON/);
    appendFileSync(path, "more");
    expect(() => readCheckpoint(run, "latest")).toThrow();
  });

  it("is whole after the writer was killed at any moment", async () => {
    const run = newRun();
    const module = new URL("../../dist/src/run/checkpoint.js", import.meta.url).href;
    const script = `
      const { writeCheckpoint } = await import(${JSON.stringify(module)});
      for (let step = 1; ; step++) writeCheckpoint(${JSON.stringify(run)}, step, { step, parameters: new Float32Array(50_000).fill(step) });`;
    for (let attempt = 0; attempt < 6; attempt++) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      const deadline = Date.now() + 10_000;
      while (!existsSync(join(run, "latest")) && Date.now() < deadline) await sleep(5);
      await sleep(40 + 23 * attempt);
      child.kill("SIGKILL");
      await ended;
      const { step, tree: read } = readCheckpoint(run, "latest");
      const { step: recorded, parameters } = read as { step: number; parameters: Float32Array };
      expect(recorded).toBe(step);
      expect(parameters.every((value) => value === Math.fround(step))).toBe(true);
      for (const other of listCheckpoints(run)) expect(readCheckpoint(run, other).step).toBe(other);
    }
  });
});
