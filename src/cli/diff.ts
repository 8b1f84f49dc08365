import type { Command } from "commander";
import { jsonLine, printable } from "../errors.js";
import type { Difference, RunDifferences, StateDifference } from "../run/diff-runs.js";

/** More differences of a kind are counted, not shown. */
const MAX_SHOWN = 8;

export function addDiffCommand(program: Command): void {
  program
    .command("diff")
    .description("Say where two runs part: settings, versions, metrics, checkpoints.")
    .argument("<run>", "run directory")
    .argument("<other>", "another")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
The exit code is 0 when the metrics, as many lines in both, and the checkpoints of the same step are equal to the last bit (speeds aside), else 1.

Example:
  rl-adan diff runs/HalfCheetah-v5__ppo-adan__1__1764000000 runs/HalfCheetah-v5__ppo-adan__1__1764000500`,
    )
    .action(async (run: string, other: string, flags: { json?: boolean }) => {
      const { areIdentical, diffRuns } = await import("../run/diff-runs.js");
      const found = diffRuns(run, other);
      const isIdentical = areIdentical(found);
      process.stdout.write(flags.json ? jsonLine({ isIdentical, ...found }) : `${page(found).join("\n")}\n`);
      if (!isIdentical) process.exitCode = 1;
    });
}

function page(found: RunDifferences): string[] {
  const { metrics, metricsLines: lines, state, commonCheckpoints } = found;
  return [
    section("settings", shown(found.settings, pair)),
    section("versions", shown(found.versions, pair)),
    ...found.unequalDevices.map(
      (device) => `device      ${device} promises no equal bits, not even to itself elsewhere`,
    ),
    metrics === null && lines.a === 0 && lines.b === 0
      ? "metrics     none"
      : metrics === null
        ? `metrics     equal${lines.a === lines.b ? "" : ` as far as the shorter one goes (${lines.a} and ${lines.b} lines)`}`
        : section(`metrics, from step ${metrics.step} on`, shown(metrics.values, pair)),
    state === null
      ? `checkpoints ${commonCheckpoints.length === 0 ? "none of the same step" : `equal at ${commonCheckpoints.join(", ")}`}`
      : section(`checkpoints, from step ${state.step} on`, shown(state.parts, part)),
  ];
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return `${title.padEnd(11)} equal`;
  return [title, ...lines.map((line) => `  ${printable(line)}`)].join("\n");
}

function shown<T>(items: readonly T[], line: (item: T) => string): string[] {
  const rest = items.length - MAX_SHOWN;
  return [...items.slice(0, MAX_SHOWN).map(line), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

function pair({ name, a, b }: Difference): string {
  return `${name}: ${text(a)} and ${text(b)}`;
}

function part({ name, count, length, largest }: StateDifference): string {
  if (name === "state.json") return "what is no tensor (counters, generators)";
  return count === null
    ? `${name}: of another length, or in one of them only`
    : `${name}: ${count} of ${length} numbers, by ${largest!.toPrecision(3)} at most`;
}

function text(value: unknown): string {
  const json = value === undefined ? "nothing" : JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
