import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateRun } from "../../src/evaluate.js";
import { packageVersion } from "../../src/run/package-version.js";
import { outcomeOf, resumeRun } from "../../src/train.js";
import { trainHere } from "../support/disk-fault.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const trained = join(folder, "trained");
const here = packageVersion();
const [major] = here.split(".").map(Number) as [number];

beforeAll(async () => {
  expect(await trainHere(trained)).toBe(undefined);
});

/** The run, as if its manifest or its configuration had been written elsewhere. */
function changed(file: "manifest.json" | "config.yaml", from: string | RegExp, to: string): string {
  const run = join(folder, `run-${Math.random()}`);
  cpSync(trained, run, { recursive: true });
  const text = readFileSync(join(run, file), "utf8");
  const other = text.replace(from, to);
  expect(other).not.toBe(text);
  writeFileSync(join(run, file), other);
  return run;
}

const uses = [
  {
    use: "resumed",
    by: (runDirectory: string) => outcomeOf(resumeRun({ runDirectory, overrides: { total_timesteps: 640 } })),
  },
  { use: "evaluated", by: (run: string) => evaluateRun(run, { episodes: 1, checkpoint: "latest" }) },
];

describe.each(uses)("a run is not $use", ({ by }) => {
  it("with another engine: both are named, and what to install", async () => {
    const run = changed("manifest.json", '"mujoco": "3.14.0"', '"mujoco": "3.3.6"');
    await expect(by(run)).rejects.toThrow(
      `${run} was trained with MuJoCo 3.3.6, this is 3.14.0: its numbers would go on differently. ` +
        `Use the version that trained it: npm install rl-adan@${here}.`,
    );
  });

  it("by a version of rl-adan that may compute otherwise", async () => {
    const other = `${major + 1}.0.0`;
    const run = changed("manifest.json", `"rl_adan": "${here}"`, `"rl_adan": "${other}"`);
    await expect(by(run)).rejects.toThrow(
      `${run} was trained with rl-adan ${other}, this is ${here}: its numbers would go on differently. ` +
        `Use the version that trained it: npm install rl-adan@${other}.`,
    );
  });

  it("in another version of its environment", async () => {
    const run = changed("config.yaml", "env: InvertedPendulum-v5", "env: InvertedPendulum-v4");
    await expect(by(run)).rejects.toThrow(
      `${run} was trained in InvertedPendulum-v5, but its config.yaml says InvertedPendulum-v4; ` +
        "write InvertedPendulum-v5 there again.",
    );
  });

  it("in a version of its environment that is not here", async () => {
    const run = changed("config.yaml", "env: InvertedPendulum-v5", "env: InvertedPendulum-v6");
    const manifest = join(run, "manifest.json");
    writeFileSync(
      manifest,
      readFileSync(manifest, "utf8").replace("InvertedPendulum-v5", "InvertedPendulum-v6"),
    );
    await expect(by(run)).rejects.toThrow(
      "The run is of InvertedPendulum-v6; this version of rl-adan has InvertedPendulum-v4 and InvertedPendulum-v5, which are other tasks.",
    );
  });
});

describe.each(uses)("a run is $use", ({ by }) => {
  it.each([
    ["another Node", /"node": "[^"]*"/, '"node": "v99.0.0"'],
    ["another system", /"platform": "[^"]*"/, '"platform": "plan9-mips"'],
    ["a patch of rl-adan", /"rl_adan": "(\d+\.\d+)\.\d+"/, '"rl_adan": "$1.99"'],
  ])("under %s: the bits are the same", async (_, from, to) => {
    await by(changed("manifest.json", from, to));
  });
});
