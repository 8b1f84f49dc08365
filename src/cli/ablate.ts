import type { Command } from "commander";
import { jsonLine, printable } from "../errors.js";
import type { ReportMode } from "../logging/status-line.js";
import type { StudyOutcome } from "../study/run-study.js";
import type { StudyData } from "../study/study-data.js";
import { exitInterrupted, interruptSignal } from "./interrupt.js";
import { printCommands, wholeNumber } from "./sweep.js";

interface AblateFlags {
  readonly env?: string;
  readonly seeds?: string;
  readonly tuningSeeds?: string;
  readonly totalTimesteps?: string;
  readonly set?: readonly string[];
  readonly output?: string;
  readonly runsRoot: string;
  readonly jobs?: number;
  readonly threads?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly allowEnvModule?: boolean;
  readonly png: boolean;
  readonly csv?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addAblateCommand(program: Command): void {
  program
    .command("ablate")
    .description("Carry out a study: tune each arm's learning rate, compare the arms, say what differs.")
    .argument("<study>", "optimizer, batch-size, epochs, network, or the YAML file of a plan")
    .option("--env <ids>", "environments instead of the plan's, separated by commas")
    .option("--seeds <seeds>", "test seeds: how many, from 0 on, or which ones, as 0-9")
    .option(
      "--tuning-seeds <seeds>",
      "seeds that learning rates are chosen with: how many, from 100 on, or which",
    )
    .option("--total-timesteps <steps>", "budget of each run in env steps")
    .option(
      "--set <key=value>",
      "any config key, for every run; may be repeated",
      (value, all: string[] = []) => [...all, value],
    )
    .option("-o, --output <dir>", "where the page goes (default: RUNS_ROOT/study-NAME-HASH, of its plan)")
    .option("--runs-root <path>", "folder of run directories", "runs")
    .option("--jobs <n>", "runs at a time (default: as many as there are cores)", wholeNumber)
    .option("--threads <n>", "threads of each run (default: the cores divided between the runs)", wholeNumber)
    .option("--dry-run", "print the commands that are still to be carried out, as far as they are known")
    .option("--yes", "have more than 1,000 runs")
    .option("--allow-env-module", "let a file's env be a module, which is code that runs")
    .option("--no-png", "SVG figures only")
    .option("--csv", "write the tables as CSV too")
    .option("--quiet", "print errors only")
    .option("--json", "print one JSON object per event, at the end all numbers")
    .addHelpText(
      "after",
      `
The same command again goes on where it stopped. Exit codes: 0 all runs finished, 1 some of those that are compared did not, 2 usage, 130 interrupted.

Examples:
  rl-adan ablate optimizer --env HalfCheetah,Hopper --seeds 10
  rl-adan ablate batch-size --env HalfCheetah --seeds 5 --total-timesteps 300k --dry-run
  rl-adan ablate my-study.yaml -o study`,
    )
    .action(runAblateCommand);
}

async function runAblateCommand(what: string, flags: AblateFlags): Promise<void> {
  const { join } = await import("node:path");
  const { findStudy } = await import("../study/find-study.js");
  const { withStudyOverrides } = await import("../study/study-overrides.js");
  const { splitValues } = await import("../sweep/setting.js");
  const study = withStudyOverrides(findStudy(what, flags.allowEnvModule === true), {
    envs: flags.env === undefined ? undefined : splitValues(flags.env),
    seeds: flags.seeds,
    tuningSeeds: flags.tuningSeeds,
    settings: [
      ...(flags.totalTimesteps === undefined ? [] : [`total_timesteps=${flags.totalTimesteps}`]),
      ...(flags.set ?? []),
    ],
  });
  const { studyNotes } = await import("../study/study.js");
  const { shareCores } = await import("../sweep/share-cores.js");
  const { LocalEngine } = await import("../sweep/local-engine.js");
  const { runStudy, planned } = await import("../study/run-study.js");
  const notes = studyNotes(study);
  const { studyFolderName } = await import("../study/study-plan-text.js");
  const { runsRoot, yes, allowEnvModule, output = join(runsRoot, studyFolderName(study)) } = flags;
  const plan = { runsRoot, allowManyRuns: yes, allowEnvModule };
  if (flags.dryRun) {
    const { runs, unknown } = await planned(study, plan);
    await printCommands({ runs }, shareCores(flags, runs.length).threads, flags.json === true);
    if (!flags.json) for (const note of notes) process.stdout.write(`# note: ${note}\n`);
    if (unknown > 0 && !flags.json)
      process.stdout.write(
        `# then ${unknown} runs that are compared, at the learning rates that these find\n`,
      );
    return;
  }

  const { checkOutput } = await import("../report/write-page.js");
  const { createSweepReporter } = await import("../sweep/sweep-reporter.js");
  const { commandText, programName } = await import("../shown-command.js");
  checkOutput(output);
  const mode: ReportMode = flags.json ? "json" : flags.quiet ? "quiet" : "auto";
  if (mode === "auto") for (const note of notes) process.stdout.write(`note: ${note}\n`);
  const command = commandText(programName(), process.argv.slice(2));
  let engine: InstanceType<typeof LocalEngine> | undefined;
  const { signal, release } = interruptSignal(() => engine?.kill(), { isTold: mode !== "auto" });
  let outcome: StudyOutcome;
  try {
    outcome = await runStudy(study, {
      ...plan,
      reporter: createSweepReporter(process.stdout, { mode, command }),
      signal,
      engineFor: ({ runs }) => (engine = new LocalEngine(shareCores(flags, runs.length))),
    });
  } finally {
    release();
  }
  if (outcome.status === "interrupted") return exitInterrupted();
  if (outcome.status === "stopped") {
    process.exitCode = 1;
    return;
  }
  const { writeStudy } = await import("../study/study-report.js");
  const { data, files } = await writeStudy(study, outcome.result, {
    output,
    png: flags.png,
    ...(flags.csv === undefined ? {} : { csv: flags.csv }),
  });
  if (flags.json) process.stdout.write(jsonLine({ event: "study", ...data, files }));
  else if (!flags.quiet) process.stdout.write(await page(data, files));
  const refuted = data.checks.filter(({ isIdentical }) => isIdentical !== true);
  if (flags.quiet)
    for (const check of refuted) process.stderr.write(`error: ${printable(checkText(check))}\n`);
  if (data.failed.length > 0 || refuted.length > 0) process.exitCode = 1;
}

async function page({ verdicts, checks }: StudyData, files: readonly string[]): Promise<string> {
  const { textsByPlace } = await import("../study/verdicts.js");
  const lines = [...textsByPlace(verdicts)].flatMap(([place, texts]) => [
    place,
    ...texts.map((text) => `  ${text}`),
  ]);
  const end = `wrote ${files.filter((file) => /\.(md|html|csv)$/.test(file)).join(", ")}`;
  return `${[...lines, ...checks.map(checkText), end].map(printable).join("\n")}\n`;
}

function checkText({ name, isIdentical }: StudyData["checks"][number]): string {
  const found =
    isIdentical === null ? "NOT CHECKED, a run did not finish" : isIdentical ? "holds" : "DOES NOT HOLD";
  return `check: ${name}: ${found}`;
}
