import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

// Cells run the built package: this test needs dist, which `npm test` builds first.

const ROOT = resolve(import.meta.dirname, "..");
const names = readdirSync(join(ROOT, "notebooks")).filter((name) => name.endsWith(".ipynb"));

interface Cell {
  cell_type: string;
  execution_count: number | null;
  outputs: { output_type: string; name?: string }[];
}

describe.each(names)("notebook %s", (name) => {
  const path = join(ROOT, "notebooks", name);

  it("runs through tslab without an error", () => {
    const args = [join(ROOT, "scripts/run-notebook.mjs"), path];
    // Throws with what the script said when a cell fails.
    expect(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })).not.toBe("");
  }, 120_000);

  it("is committed with the outputs of one whole run, no error among them", () => {
    const { cells } = JSON.parse(readFileSync(path, "utf8")) as { cells: Cell[] };
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, index) => index + 1));
    const outputs = code.flatMap((cell) => cell.outputs);
    expect(outputs.length).toBeGreaterThan(0);
    expect(outputs.filter(({ output_type, name }) => output_type === "error" || name === "stderr")).toEqual(
      [],
    );
  });
});
