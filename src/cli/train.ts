import type { Command } from "commander";
import { envModuleAsked, envModuleOf } from "../env-module-choice-node.js";
import { didYouMean, UsageError } from "../errors.js";
import { createReporter, type ReportMode } from "../logging/status-line.js";
import type { TrainConfig } from "../train-config.js";
import type { TrainOutcome } from "../training.js";
import { CONFIG_FLAGS, camelCase, configValues } from "./config-flags.js";
import { exitInterrupted, interruptSignal } from "./interrupt.js";

/** Flags that say where a new run's config and directory come from; a resumed run has both. */
const NEW_RUN_FLAGS = [
  "preset",
  "config",
  "model",
  "allow-env-module",
  "set",
  "run-dir",
  "runs-root",
] as const;

const ALGORITHMS: readonly TrainConfig["algorithm"][] = ["ppo", "random"];

interface TrainFlags {
  readonly env?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly model?: string;
  readonly allowEnvModule?: boolean;
  readonly set?: readonly string[];
  readonly runDir?: string;
  readonly runsRoot?: string;
  readonly resume?: string;
  readonly profile?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addTrainCommand(program: Command): void {
  const command = program
    .command("train")
    .description("Train an agent, or go on with a run.")
    .argument("[algorithm]", "ppo, or random: the baseline that learns nothing");
  for (const [flag, help] of CONFIG_FLAGS) command.option(flag, help);
  command
    .option("--preset <name>", "a known recipe: cleanrl, tianshou, zoo")
    .option("--config <file>", "YAML file of config keys; it may be a run's config.yaml")
    .option("--model <file>", "MJCF of your own for --env mujoco; rewards and the rest come from --config")
    .option("--allow-env-module", "let the config file's env be a module, which is code that runs")
    .option("--set <key=value>", "any config key; may be repeated", (value, all: string[] = []) => [
      ...all,
      value,
    ])
    .option("--run-dir <path>", "the run's own directory")
    .option("--runs-root <path>", "folder of run directories (default: runs)")
    .option(
      "--resume <run>",
      "go on with this run from its latest checkpoint; schedules run over a larger --total-timesteps",
    )
    .option("--profile", "print at the end where the time went")
    .option("--quiet", "print errors only")
    .option("--json", "print one JSON object per event")
    .addHelpText(
      "after",
      `
Examples:
  rl-adan train ppo --env HalfCheetah
  rl-adan train ppo --env HalfCheetah --optimizer adam --seed 2
  rl-adan train ppo --env HalfCheetah --preset tianshou --total-timesteps 3M
  rl-adan train ppo --env InvertedPendulum --set gamma=0.999 --set "hidden_sizes=[32, 32]"
  rl-adan train ppo --env mujoco --model robot.xml --config robot.yaml
  rl-adan train random --env Pendulum --total-timesteps 20k
  rl-adan train --resume runs/HalfCheetah-v5__ppo-adan__1__1764000000 --total-timesteps 2M`,
    )
    .action(runTrain);
}

async function runTrain(algorithm: string | undefined, flags: TrainFlags): Promise<void> {
  const start =
    flags.resume === undefined ? await newRun(algorithm, flags) : await resumedRun(algorithm, flags);
  const mode: ReportMode = flags.json ? "json" : flags.quiet ? "quiet" : "auto";
  const { signal, release } = interruptSignal();
  try {
    const reporter = createReporter(process.stdout, { mode, profile: flags.profile ?? false });
    const outcome = await start({ argv: process.argv.slice(2), signal, reporter });
    if (outcome.status === "interrupted") exitInterrupted();
  } finally {
    release();
  }
}

/** What is checked by now, and wants only to be started. Heavy modules are imported when a command needs them. */
type Start = (
  how: Pick<Parameters<typeof import("../train.js").trainRun>[0], "argv" | "signal" | "reporter">,
) => Promise<TrainOutcome>;

async function newRun(name: string | undefined, flags: TrainFlags): Promise<Start> {
  const asked = name ?? (flags.config === undefined ? undefined : await statedAlgorithm(flags.config));
  const algorithm = ALGORITHMS.find((known) => known === asked);
  if (algorithm === undefined) {
    const got = asked === undefined ? "none was given" : `got "${asked}"`;
    throw new UsageError(
      "algorithm",
      `train needs an algorithm, ${ALGORITHMS.join(" or ")}; ${got}.${didYouMean(asked ?? "", ALGORITHMS)}`,
    );
  }
  const { resolveTrainConfig } = await import("../train-config.js");
  const { preset, config: file, model, set, runDir: runDirectory, runsRoot } = flags;
  const values = configValues(flags);
  const byHand = flags.env ?? envIn(set ?? []);
  const envModule = await envModuleAsked(byHand, file, flags.allowEnvModule === true);
  const { config, notes } = resolveTrainConfig({
    algorithm,
    preset,
    file,
    model,
    set,
    flags: values,
    ...(envModule === undefined ? {} : { resolveEnvId: () => envModule.id }),
  });
  const { outcomeOf, trainRun } = await import("../train.js");
  return (how) => outcomeOf(trainRun({ ...how, config, notes, envModule, runDirectory, runsRoot }));
}

/** The environment that a `--set env=…` names; the last one counts. */
function envIn(set: readonly string[]): string | undefined {
  return set.findLast((entry) => entry.startsWith("env="))?.slice("env=".length);
}

/** What a config file says the algorithm is, if it does: a run's own config.yaml is enough to repeat it. */
async function statedAlgorithm(path: string): Promise<string | undefined> {
  const { readConfigFile } = await import("../config/config-file-node.js");
  const { yamlLayer } = await import("../config/yaml-file.js");
  const stated = yamlLayer(readConfigFile(path)).get("algorithm")?.value;
  return typeof stated === "string" ? stated : undefined;
}

async function resumedRun(algorithm: string | undefined, flags: TrainFlags): Promise<Start> {
  const given = flags as Readonly<Record<string, unknown>>;
  const refused = [
    ...(algorithm === undefined ? [] : [algorithm]),
    ...NEW_RUN_FLAGS.filter((flag) => given[camelCase(flag)] !== undefined).map((flag) => `--${flag}`),
  ];
  if (refused.length > 0) {
    throw new UsageError(
      "resume",
      `--resume goes on with the run as it is; leave out ${refused.join(", ")}.`,
    );
  }
  const { resolveResumeOverrides } = await import("../train-config.js");
  const envModule = await envModuleOf(flags.env);
  const { env: _module, ...values } = configValues(flags);
  const overrides = resolveResumeOverrides({ flags: values });
  const { outcomeOf, resumeRun } = await import("../train.js");
  return (how) => outcomeOf(resumeRun({ ...how, runDirectory: flags.resume!, overrides, envModule }));
}
