#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { formatError, RlAdanError, UsageError } from "../errors.js";
import { packageVersion } from "../run/package-version.js";
import { addEnvsCommand } from "./envs.js";
import { addEvalCommand } from "./eval.js";
import { addTrainCommand } from "./train.js";

/** 0 done, 1 failed, 2 usage, 130 interrupted with a checkpoint. */
const EXIT = { failed: 1, usage: 2 } as const;

const program = new Command("rl-adan")
  .description("Reinforcement learning on MuJoCo continuous control, with the Adan optimizer.")
  .version(packageVersion())
  .option("--verbose", "show stacks of errors")
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  rl-adan train ppo --env HalfCheetah
  rl-adan train ppo --env HalfCheetah --preset cleanrl --seed 3
  rl-adan train --resume runs/HalfCheetah-v5__ppo-adan__1__1764000000
  rl-adan eval runs/HalfCheetah-v5__ppo-adan__1__1764000000 --episodes 20
  rl-adan envs`,
  );
addTrainCommand(program);
addEvalCommand(program);
addEnvsCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  const verbose = program.opts<{ verbose?: boolean }>().verbose ?? false;
  const isExpected = error instanceof RlAdanError;
  const hint =
    isExpected || verbose
      ? ""
      : "\nThis is a fault of rl-adan; run again with --verbose (before the command) for its stack.";
  process.stderr.write(`error: ${formatError(error, { verbose })}${hint}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
