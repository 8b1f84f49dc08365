import { type Command, InvalidArgumentError } from "commander";
import { jsonLine, printable } from "../errors.js";
import type { ReportMode } from "../logging/status-line.js";
import type { SweepPlan } from "../sweep/plan.js";
import type { SpecFlags } from "../sweep/spec-flags.js";
import { CONFIG_FLAGS, configValues } from "./config-flags.js";
import { exitInterrupted, interruptSignal } from "./interrupt.js";

interface SweepFlags extends SpecFlags {
  readonly runsRoot?: string;
  readonly jobs?: number;
  readonly threads?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Flags of `train` that a sweep takes with several values; the others it gives in another way, or has a help of its own for. */
const SWEPT_FLAGS = CONFIG_FLAGS.filter(
  ([flag]) => !/^--(env|seed|threads|optimizer|total-timesteps) /.test(flag),
);

export function addSweepCommand(program: Command): void {
  const command = program
    .command("sweep")
    .description("Train many agents: every combination of settings with every seed.")
    .argument("[sweep]", "YAML file of a sweep, or algorithms: ppo, random")
    .option("--env <ids>", "environments; here and below, several values are separated by commas")
    .option("--optimizer <names>", "optimizers, each at its own learning rate unless one is set")
    .option("--preset <names>", "known recipes: cleanrl, tianshou, zoo")
    .option(
      "--set <key=values>",
      "values of any config key; may be repeated",
      (value, all: string[] = []) => [...all, value],
    )
    .option("--seeds <seeds>", "0-9, or 0,2,5-7; a number alone is one seed (default: 1)")
    .option("--total-timesteps <steps>", "budget of each run in env steps (default: 1M)")
    .option("--config <file>", "YAML file of config keys for every run")
    .option("--model <file>", "MJCF of your own for --env mujoco")
    .option("--runs-root <path>", "folder of run directories (default: runs)")
    .option("--jobs <n>", "runs at a time (default: as many as there are cores)", wholeNumber)
    .option("--threads <n>", "threads of each run (default: the cores divided between the runs)", wholeNumber)
    .option("--dry-run", "print the commands that are still to be carried out")
    .option("--yes", "have more than 1,000 runs")
    .option("--allow-env-module", "let a file's env be a module, which is code that runs")
    .option("--quiet", "print errors only")
    .option("--json", "print one JSON object per event")
    .addHelpText(
      "after",
      `
Runs lie in folders named by their configuration: the same sweep again, or a longer one, trains only what is missing.
Flags beside a file replace what it says of their keys.

Examples:
  rl-adan sweep ppo --env HalfCheetah,Hopper --optimizer adan,adam --seeds 0-9
  rl-adan sweep ppo --env HalfCheetah --learning-rate 3e-4,1e-3 --set "hidden_sizes=[64, 64],[256, 256]" --dry-run
  rl-adan sweep configs/sweeps/optimizers.yaml --seeds 0-19 --jobs 4`,
    )
    .action(runSweepCommand);
  for (const [flag, help] of SWEPT_FLAGS) command.option(flag, help);
}

async function runSweepCommand(what: string | undefined, flags: SweepFlags): Promise<void> {
  const { planSweep } = await import("../sweep/plan.js");
  const { shareCores } = await import("../sweep/share-cores.js");
  const { specOfFlags } = await import("../sweep/spec-flags.js");
  const keys = Object.entries(configValues(flags, SWEPT_FLAGS)).flatMap(([key, text]) =>
    typeof text === "string" ? [[key, text] as const] : [],
  );
  const plan = await planSweep(specOfFlags(what, { ...flags, keys }), {
    runsRoot: flags.runsRoot ?? "runs",
    allowManyRuns: flags.yes,
    allowEnvModule: flags.allowEnvModule,
  });
  const share = shareCores(flags, plan.runs.length);
  if (flags.dryRun) return printCommands(plan, share.threads, flags.json === true);

  const { LocalEngine } = await import("../sweep/local-engine.js");
  const { runSweep } = await import("../sweep/run-sweep.js");
  const { createSweepReporter } = await import("../sweep/sweep-reporter.js");
  const { commandText, programName } = await import("../shown-command.js");
  const mode: ReportMode = flags.json ? "json" : flags.quiet ? "quiet" : "auto";
  const command = commandText(programName(), process.argv.slice(2));
  const reporter = createSweepReporter(process.stdout, { mode, command });
  const engine = new LocalEngine(share);
  const { signal, release } = interruptSignal(() => engine.kill(), { isTold: mode !== "auto" });
  try {
    const { status } = await runSweep(plan, engine, { reporter, signal });
    if (status === "interrupted") exitInterrupted();
    if (status === "failed") process.exitCode = 1;
  } finally {
    release();
  }
}

/** What needs no training, or can't have it, as a comment. */
export async function printCommands({ runs }: SweepPlan, threads: number, asJson: boolean): Promise<void> {
  const { nextArgv, strangeness } = await import("../sweep/local-engine.js");
  const { isFinished } = await import("../run/run-directory.js");
  const { commandText, programName } = await import("../shown-command.js");
  for (const run of runs) {
    const { arm, label, varied, seed, directory } = run;
    const message = strangeness(run) ?? (isFinished(directory) ? `finished: ${directory.path}` : null);
    const command = message === null ? commandText(programName(), nextArgv(run, threads)) : null;
    process.stdout.write(
      asJson
        ? jsonLine({ arm, label, varied, seed, runDirectory: directory.path, command, message })
        : `${printable(command ?? `# ${message}`)}\n`,
    );
  }
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}
