import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = temporaryFolder();

/** The TypeScript one as JavaScript (Node 20 runs no types), in a folder that finds the package by its name. */
function compiled(): string {
  const { outputText } = ts.transpileModule(readFileSync(join(root, "scripts/seed-sweep.ts"), "utf8"), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "rl-adan"), "junction");
  const path = join(folder, "seed-sweep.mjs");
  writeFileSync(path, outputText);
  return path;
}

function run(program: string, argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const lastEvent = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1)!) as unknown;
const names = (folderName: string) => readdirSync(join(folder, folderName)).sort();

describe("the scripts of a seed sweep", () => {
  const script = compiled();
  const typescript = (...argv: string[]) =>
    run(process.execPath, [script, "--env", "Pendulum", "--steps", "2k", ...argv]);

  it.skipIf(process.platform === "win32")("do the same in shell and in TypeScript", () => {
    const shell = (...argv: string[]) => run("bash", [join(root, "scripts/seed-sweep.sh"), ...argv]);
    const done = shell("Pendulum", "0", "--total-timesteps", "2k", "--runs-root", "shell", "--json");
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(lastEvent(done.stdout)).toEqual({ event: "finished", runs: 2, finished: 2 });
    mkdirSync(join(folder, "node_modules", ".bin"));
    symlinkSync("../rl-adan/dist/src/cli/main.js", join(folder, "node_modules", ".bin", "rl-adan"));
    copyFileSync(join(root, "scripts/seed-sweep.sh"), join(folder, "copied.sh"));
    const copied = run("bash", ["copied.sh", "Pendulumm", "0"]);
    expect(copied).toEqual(shell("Pendulumm", "0"));
    expect(copied).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('There is no environment "Pendulumm"'),
    });

    const table = typescript("--seeds", "0", "--runs-root", "typescript", "--report", "report");
    expect(table).toMatchObject({ status: 0, stderr: "" });
    expect(table.stdout).toMatch(/\nadan: -\d+\.\d over 1 seed\nadam: -\d+\.\d over 1 seed\n$/);
    expect(names("typescript")).toEqual(names("shell"));
    expect(names("report")).toEqual(["figures", "report.html", "report.md"]);
  });

  it("tell a mistake and a failed run by their exit codes, and their events as JSON", () => {
    expect(typescript("--seeds", "3-1")).toEqual({
      status: 2,
      stdout: "",
      stderr: 'error: sweep: key "seeds": the range 3-1 runs backwards; write 1-3.\n',
    });
    const done = typescript("--seeds", "0", "--runs-root", "typescript", "--json");
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(lastEvent(done.stdout)).toEqual({ event: "finished", runs: 2, finished: 2 });

    expect(typescript("--oops")).toMatchObject({ status: 2, stdout: "" });
    writeFileSync(join(folder, "typescript", names("typescript")[0]!, "result.json"), "");
    expect(typescript("--seeds", "0", "--runs-root", "typescript").status).toBe(1);
  });
});
