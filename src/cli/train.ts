import type { Command } from "commander";
import { readCount } from "../config/counts.js";
import { UsageError } from "../errors.js";
import { createReporter, type ReportMode } from "../logging/status-line.js";
import type { TrainOutcome } from "../train.js";
import { exitInterrupted, interruptSignal } from "./interrupt.js";

/** Flags that are configuration keys in kebab case, with their help. */
const CONFIG_FLAGS: readonly (readonly [flag: string, help: string])[] = [
  ["--env <id>", "environment, such as HalfCheetah or HalfCheetah-v5"],
  ["--seed <n>", "seed of everything random"],
  ["--total-timesteps <steps>", "budget in env steps: 1000000, 1e6, 1M"],
  ["--num-envs <n>", "environments side by side; divides the recipe's rollout unless --num-steps is given"],
  ["--num-steps <n>", "steps of each environment in a rollout"],
  ["--minibatch-size <n>", "transitions in a minibatch"],
  ["--epochs <n>", "passes over a rollout"],
  [
    "--optimizer <name>",
    "adan, adam, adamw, adam-rel, adam-matched, adan-restart; brings its own learning rate",
  ],
  ["--learning-rate <rate>", 'number or schedule, such as "3e-4 * (1 - progress)"'],
  ["--device <name>", "simd, or scalar: the same bits without SIMD"],
  ["--threads <n>", "threads that step environments; results do not depend on it"],
  ["--checkpoint-every <steps>", "env steps between checkpoints; 0: at the end only"],
  ["--eval-every <steps>", "env steps between evaluations; 0: at the end only"],
  ["--eval-episodes <n>", "episodes of an evaluation"],
];

/** Keys that may change when a run is resumed. */
const RESUMABLE = ["total_timesteps", "threads", "checkpoint_every", "eval_every", "eval_episodes"];

interface TrainFlags {
  readonly preset?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly runDir?: string;
  readonly runsRoot?: string;
  readonly resume?: string;
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
    .option("--config <file>", "YAML file of configuration keys")
    .option(
      "--set <key=value>",
      "any configuration key; may be repeated",
      (value, all: string[]) => [...all, value],
      [],
    )
    .option("--run-dir <path>", "the run's own directory")
    .option("--runs-root <path>", "folder of run directories (default: runs)")
    .option("--resume <run>", "go on with this run from its latest checkpoint")
    .option("--quiet", "print errors only")
    .option("--json", "print one JSON object per event")
    .addHelpText(
      "after",
      `
Examples:
  rl-adan train ppo --env HalfCheetah
  rl-adan train ppo --env HalfCheetah --optimizer adam --seed 2
  rl-adan train ppo --env HalfCheetah --preset tianshou --total-timesteps 3M
  rl-adan train ppo --env InvertedPendulum --set gamma=0.999 --set hidden_sizes=[32,32]
  rl-adan train random --env Pendulum --total-timesteps 20k
  rl-adan train --resume runs/HalfCheetah-v5__ppo-adan__1__1764000000 --total-timesteps 2M`,
    )
    .action(async (algorithm: string | undefined, _options: unknown, self: Command) => {
      await runTrain(algorithm, self);
    });
}

async function runTrain(algorithm: string | undefined, command: Command): Promise<void> {
  const flags = command.opts<TrainFlags>();
  const keys = configValues(command);
  const mode: ReportMode = flags.json ? "json" : flags.quiet ? "quiet" : "auto";
  const reporter = createReporter(process.stdout, { mode });
  const { signal, release } = interruptSignal();
  const common = { argv: process.argv.slice(2), signal, reporter };
  try {
    const outcome = flags.resume === undefined ? await fresh(algorithm) : await resumed(flags.resume);
    if (outcome.status === "interrupted") exitInterrupted();
  } finally {
    release();
  }

  async function fresh(name: string | undefined): Promise<TrainOutcome> {
    if (name !== "ppo" && name !== "random") {
      throw new UsageError("algorithm", `train needs an algorithm, ppo or random; got ${name ?? "none"}.`);
    }
    const { resolveTrainConfig } = await import("../train-config.js");
    const { preset, config: file, set } = flags;
    const { config, notes } = resolveTrainConfig({ algorithm: name, preset, file, set, flags: keys });
    const { train } = await import("../train.js");
    return train({ ...common, config, notes, runDirectory: flags.runDir, runsRoot: flags.runsRoot });
  }

  async function resumed(runDirectory: string): Promise<TrainOutcome> {
    refuseChanges(algorithm, keys, flags);
    const overrides = Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [key, overrideValue(key, String(value))]),
    );
    const { resumeTraining } = await import("../train.js");
    return resumeTraining({ ...common, runDirectory, overrides });
  }
}

function overrideValue(key: string, text: string): number | "auto" {
  if (key === "threads" && text === "auto") return text;
  const count = readCount(text);
  const least = key === "checkpoint_every" || key === "eval_every" ? 0 : 1;
  if (count !== undefined && count >= least) return count;
  throw new UsageError(
    "resume",
    `--${key.replaceAll("_", "-")} must be a whole number of at least ${least}, got ${text}.`,
  );
}

/** The flags that are configuration keys, by key. */
function configValues(command: Command): Record<string, unknown> {
  const given = command.opts<Record<string, unknown>>();
  return Object.fromEntries(
    CONFIG_FLAGS.map(([flag]) => {
      const kebab = /^--([\w-]+)/.exec(flag)![1]!;
      const camel = kebab.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
      return [kebab.replaceAll("-", "_"), given[camel]] as const;
    }).filter(([, value]) => value !== undefined),
  );
}

/** A resumed run keeps its configuration; what may not change is named. */
function refuseChanges(
  algorithm: string | undefined,
  keys: Record<string, unknown>,
  flags: TrainFlags,
): void {
  const refused = [
    ...(algorithm === undefined ? [] : [`the algorithm ${algorithm}`]),
    ...Object.keys(keys)
      .filter((key) => !RESUMABLE.includes(key))
      .map((key) => `--${key.replaceAll("_", "-")}`),
    ...(flags.set.length > 0 ? ["--set"] : []),
    ...(["preset", "config", "runDir", "runsRoot"] as const)
      .filter((flag) => flags[flag] !== undefined)
      .map((flag) => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`),
  ];
  if (refused.length === 0) return;
  const may = RESUMABLE.map((key) => `--${key.replaceAll("_", "-")}`).join(", ");
  throw new UsageError(
    "resume",
    `A resumed run keeps its settings: ${refused.join(", ")} can't be given; ${may} can.`,
  );
}
