#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { formatError, RlAdanError, UsageError } from "../errors.js";
import { packageVersion } from "../run/package-version.js";
import { addAblateCommand } from "./ablate.js";
import { addBenchCommand } from "./bench.js";
import { addCheckEnvCommand } from "./check-env.js";
import { addDiffCommand } from "./diff.js";
import { addDoctorCommand } from "./doctor.js";
import { addEnvsCommand } from "./envs.js";
import { addEvalCommand } from "./eval.js";
import { addReplayCommand } from "./replay.js";
import { addReportCommand } from "./report.js";
import { addSweepCommand } from "./sweep.js";
import { addTrainCommand } from "./train.js";
import { addVerifyCommand } from "./verify.js";

/** Besides 0 (done) and 130 (interrupted, with a checkpoint). */
const EXIT = { failed: 1, usage: 2 } as const;

const program = new Command("rl-adan")
  .description("Reinforcement learning on MuJoCo continuous control, with the Adan optimizer.")
  .version(packageVersion())
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  rl-adan train ppo --env HalfCheetah
  rl-adan train ppo --env HalfCheetah --preset cleanrl --seed 3
  rl-adan train --resume runs/HalfCheetah-v5__ppo-adan__1__1764000000
  rl-adan eval runs/HalfCheetah-v5__ppo-adan__1__1764000000 --episodes 20
  rl-adan report runs -o report
  rl-adan sweep ppo --env HalfCheetah,Hopper --optimizer adan,adam --seeds 0-9
  rl-adan ablate optimizer --env HalfCheetah,Hopper --seeds 10
  rl-adan envs`,
  );
addTrainCommand(program);
addEvalCommand(program);
addSweepCommand(program);
addAblateCommand(program);
addEnvsCommand(program);
addCheckEnvCommand(program);
addVerifyCommand(program);
addDiffCommand(program);
addDoctorCommand(program);
addReplayCommand(program);
addReportCommand(program);
addBenchCommand(program);
for (const command of [program, ...program.commands])
  command.option("--verbose", "show the stack of an error");

// The terminal is gone (a closed connection): a training still saves.
process.stderr.on("error", () => {});
// A reader that has seen enough (`rl-adan envs | head -1`) is no failure; trainings go on without being read.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  if (!["train", "sweep", "ablate"].includes(process.argv[2]!)) process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** A user's own module may be where an unexpected error comes from: then its line is named. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frame = /\(?((?:file:\/\/)?[^\s()]+\.[cm]?[jt]s:\d+)(?::\d+)?\)?$/m.exec(stack)?.[1];
  const isOurs = frame === undefined || frame.includes(new URL("../..", import.meta.url).pathname);
  return isOurs ? "This is a fault of rl-adan" : `It arose in ${frame}`;
}

/** Tells an error on stderr; returns the exit code. */
function report(error: unknown): number {
  // commander has printed its own message by now, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  const verbose = process.argv.includes("--verbose");
  const isExpected = error instanceof RlAdanError;
  const hint = isExpected || verbose ? "" : `\n${placeOf(error)}; run again with --verbose to see more.`;
  process.stderr.write(`error: ${formatError(error, { verbose })}${hint}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
