import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { keptScalars } from "../support/event-reader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = temporaryFolder();

function train(...argv: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [main, "train", ...argv, "--quiet"], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

function metrics(run: string): string[] {
  return readFileSync(join(run, "metrics.jsonl"), "utf8")
    .replace(/"charts\/SPS": *\d+,/g, "")
    .split("\n");
}

describe("a run that was stopped and resumed", () => {
  // No schedule of progress: the budget of the first part is another one.
  const settings = [
    "--env",
    "InvertedPendulum",
    "--learning-rate",
    "3e-4",
    "--set",
    "num_steps=128",
    "--set",
    "hidden_sizes=[16]",
  ];

  it.each(["adan", "adam"])("equals one that was not, to the last byte (%s)", (optimizer) => {
    const [straight, stopped] = [join(folder, `${optimizer}-straight`), join(folder, `${optimizer}-stopped`)];
    const common = ["ppo", ...settings, "--optimizer", optimizer, "--num-envs", "4", "--eval-every", "1000"];
    train(...common, "--total-timesteps", "3072", "--checkpoint-every", "1500", "--run-dir", straight);
    train(...common, "--total-timesteps", "1536", "--threads", "1", "--run-dir", stopped);
    train("--resume", stopped, "--total-timesteps", "3072", "--threads", "2");

    const last = join("checkpoints", "step-000003072");
    const parameters = (run: string) => readFileSync(join(run, last, "train-state.safetensors"));
    expect(Buffer.compare(parameters(stopped), parameters(straight))).toBe(0);
    // The first part evaluated at its own end too; everything else is the same line by line.
    const withoutFirstEnd = (lines: string[]) =>
      lines.filter((line) => !/^(1536 eval|\{"step":1536,"eval)/.test(line));
    expect(withoutFirstEnd(metrics(stopped))).toEqual(withoutFirstEnd(metrics(straight)));
    expect(withoutFirstEnd(keptScalars(stopped))).toEqual(withoutFirstEnd(keptScalars(straight)));
  });
});
