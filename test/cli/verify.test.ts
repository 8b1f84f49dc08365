import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareTrace, VERIFY_CASES, type VerifyReference } from "../../src/verify.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const published = JSON.parse(
  readFileSync(new URL("../../configs/verify/reference.json", import.meta.url), "utf8"),
) as VerifyReference;
const folder = temporaryFolder();

function verify(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "verify", ...argv], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("rl-adan verify", () => {
  it("has published digests of every case", () => {
    expect(Object.keys(published)).toEqual(VERIFY_CASES.map(({ name }) => name));
  });

  it("finds every bit as published", () => {
    const { status, stdout } = verify();
    expect(stdout.trimEnd().split("\n")).toEqual(
      VERIFY_CASES.map(({ name }) => `${name}: identical to the reference`),
    );
    expect(status).toBe(0);
  });

  it("says which part differs, and from which iteration on", () => {
    const [first] = VERIFY_CASES;
    const changed = structuredClone(published) as Record<string, Record<string, string>[]>;
    changed[first!.name]![2]!["optimizer"] = "0".repeat(16);
    const reference = join(folder, "changed.json");
    writeFileSync(reference, JSON.stringify(changed));
    const { status, stdout, stderr } = verify("--reference", reference);
    expect(stdout.split("\n")[0]).toBe(`${first!.name}: differs from iteration 3 on, in optimizer`);
    expect(stderr).toBe(`error: 1 of ${VERIFY_CASES.length} runs differ from the reference.\n`);
    expect(status).toBe(1);
  });

  it("takes a case without digests for a difference, and an empty trace too", () => {
    expect(compareTrace("x", [{ parameters: "a" }], undefined)).toEqual({
      name: "x",
      isIdentical: false,
      iteration: 1,
      parts: ["parameters"],
    });
    expect(compareTrace("x", [], [{ parameters: "a" }]).isIdentical).toBe(false);
    expect(compareTrace("x", [{ parameters: "a" }], []).isIdentical).toBe(false);
    expect(
      compareTrace("x", [{ parameters: "a" }, { parameters: "b" }], [{ parameters: "a" }]).isIdentical,
    ).toBe(false);
  });
});
