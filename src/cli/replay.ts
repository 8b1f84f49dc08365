import type { Command } from "commander";
import { envModuleOf } from "../env-module-choice-node.js";
import { jsonLine } from "../errors.js";
import type { LearnerFailure, NonFiniteFailure, ValueRange } from "../non-finite.js";
import type { FailureDump } from "../run/failure-dump.js";

type Versions = Readonly<Record<"rl_adan" | "mujoco", string>>;

export function addReplayCommand(program: Command): void {
  program
    .command("replay")
    .description("See a number that was not finite again: train from the last checkpoint before it.")
    .argument("<dump>", "folder of a failure: RUN/failures/iteration-000012")
    .option("--env <module>", "your own environment's module again: ./my-env.js:MyEnv")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Nothing is written. The exit code is 0 when the same failure comes again, to the last digit, else 1.

Example:
  rl-adan replay runs/HalfCheetah-v5__ppo-adan__1__1764000000/failures/iteration-000012`,
    )
    .action(async (path: string, { env, json }: { env?: string; json?: boolean }) => {
      const { readFailureDump } = await import("../run/failure-dump.js");
      const { replayFailure } = await import("../replay.js");
      const { nonFiniteSentence } = await import("../non-finite.js");
      const dump = readFailureDump(path);
      const envModule = await envModuleOf(env);
      const write = (line: string) => process.stdout.write(`${line}\n`);
      const { MUJOCO_VERSION } = await import("../../envs/mujoco/engine.js");
      const { versions } = await import("../run/manifest.js");
      if (!json) {
        for (const line of page(dump, nonFiniteSentence(dump.record.failure))) write(line);
        for (const line of otherVersions(dump.record, versions(MUJOCO_VERSION))) write(line);
      }
      const { isReproduced, failure } = await replayFailure(dump, envModule);
      if (json) {
        process.stdout.write(jsonLine({ isReproduced, recorded: dump.record, found: failure }));
      } else {
        write(verdict(isReproduced, failure && nonFiniteSentence(failure)));
      }
      if (!isReproduced) process.exitCode = 1;
    });
}

function verdict(isReproduced: boolean, found: string | null): string {
  if (isReproduced) return `reproduced: ${found}`;
  return found === null
    ? "not reproduced: the iteration ended without it"
    : `not reproduced: something else came. ${found}`;
}

/** What was recorded. */
function page({ record, checkpoint }: FailureDump, sentence: string): string[] {
  const { failure, rl_adan, node, platform, mujoco, learning_rate_factor: factor } = record;
  const from = checkpoint === undefined ? "the beginning" : `the checkpoint of step ${checkpoint.step}`;
  return [
    sentence,
    `recorded by rl-adan ${rl_adan}, Node ${node}, ${platform}, MuJoCo ${mujoco}`,
    `from ${from}${factor === 1 ? "" : `, with ${factor} times the learning rate`}`,
    ...(isOfLearner(failure)
      ? [`loss ${failure.loss}, gradient norm ${failure.gradientNorm}`, ...table(failure)]
      : []),
  ];
}

/** What the numbers depend on and is another here. */
function otherVersions(recorded: Versions, here: Versions): string[] {
  const differing = (["rl_adan", "mujoco"] as const).filter((key) => recorded[key] !== here[key]);
  if (differing.length === 0) return [];
  const names = { rl_adan: "rl-adan", mujoco: "MuJoCo" };
  const list = differing.map((key) => `${names[key]} ${here[key]}`).join(" and ");
  return [`this is ${list}: its numbers may be others from the start`];
}

function isOfLearner(failure: NonFiniteFailure): failure is LearnerFailure {
  return "tensors" in failure;
}

function table({ tensors }: LearnerFailure): string[] {
  const range = ({ notFinite, min, max }: ValueRange) => [String(notFinite), number(min), number(max)];
  const rows = [
    ["tensor", "size", "not finite", "min", "max", "gradient: not finite", "min", "max"],
    ...tensors.map(({ name, size, parameters, gradient }) => [
      name,
      String(size),
      ...range(parameters),
      ...range(gradient),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
}

function number(value: number | null): string {
  return value === null ? "-" : value.toPrecision(3);
}
