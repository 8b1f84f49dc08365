import { type Command, InvalidArgumentError } from "commander";
import { jsonLine, printable } from "../errors.js";
import type { Report } from "../report/report.js";

interface ReportFlags {
  readonly output: string;
  readonly env?: string;
  readonly group?: RegExp;
  readonly reference?: string;
  readonly png: boolean;
  readonly csv?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("Compare runs: tables, curves and intervals as Markdown, HTML, SVG and PNG.")
    .argument(
      "<runs...>",
      "run directories, or folders that hold some; CleanRL's and Stable-Baselines3's too",
    )
    .requiredOption("-o, --output <dir>", "where to: a new folder, or that of an earlier report")
    .option("--env <name>", "the environment of runs that don't say theirs")
    .option("--group <regex>", "an arm is what this matches in a run's name, or its first group", readRegex)
    .option("--reference <arm>", "the arm that the others are compared with, instead of all pairs")
    .option("--no-png", "SVG figures only")
    .option("--csv", "write the tables as CSV too")
    .option("--quiet", "print errors only")
    .option("--json", "print all numbers as one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  rl-adan report runs -o report
  rl-adan report cleanrl/runs runs/HalfCheetah* -o report --csv
  rl-adan report tensorboard --env HalfCheetah-v4 --group '^(PPO|A2C)' -o report`,
    )
    .action(async (runs: readonly string[], { json, quiet, ...flags }: ReportFlags) => {
      const { report } = await import("../report/report.js");
      const written = await report({ runs, ...flags });
      if (quiet) return;
      process.stdout.write(json ? jsonLine({ ...written.data, files: written.files }) : page(written));
    });
}

function page({ data, files }: Report): string {
  const lines = data.environments.flatMap(({ env, arms, notes }) => [
    env,
    ...arms.map(({ label, runs, scores }) => {
      const texts = Object.entries(scores).map(([protocol, { iqm }]) => {
        const interval = iqm.interval?.map((bound) => bound.toFixed(1)).join(", ");
        return `${protocol} ${iqm.value.toFixed(1)}${interval === undefined ? "" : ` [${interval}]`}`;
      });
      return `  ${label}, ${runs === 1 ? "1 run" : `${runs} runs`}: ${texts.join(", ") || "no returns"}`;
    }),
    ...notes.map((note) => `  note: ${note}`),
  ]);
  const pages = files.filter((file) => !/\.(svg|png)$/.test(file));
  const figures = files.filter((file) => file.endsWith(".svg")).length;
  const end = `wrote ${pages.join(", ")} and ${figures === 1 ? "1 figure" : `${figures} figures`}`;
  return `${[...lines, end].map(printable).join("\n")}\n`;
}

function readRegex(text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (cause) {
    throw new InvalidArgumentError(`It must be a regular expression: ${(cause as Error).message}.`);
  }
}
