import { type Command, InvalidArgumentError } from "commander";
import { readCount } from "../config/counts.js";
import { envModuleOf } from "../env-module-choice-node.js";
import { jsonLine, printable } from "../errors.js";
import type { CheckpointName } from "../run/checkpoint.js";

interface EvalFlags {
  readonly episodes: number;
  readonly checkpoint: CheckpointName;
  readonly env?: string;
  readonly json?: boolean;
}

export function addEvalCommand(program: Command): void {
  program
    .command("eval")
    .description(
      "Evaluate a run's policy: mean actions, its own frozen normaliser, the same episodes each time.",
    )
    .argument("<run>", "run directory")
    .option("--episodes <n>", "how many episodes", readEpisodes, 10)
    .option("--checkpoint <name>", "latest, best, or a step", readCheckpointName, "latest" as CheckpointName)
    .option("--env <module>", "your own environment's module again: ./my-env.js:MyEnv")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  rl-adan eval runs/HalfCheetah-v5__ppo-adan__1__1764000000
  rl-adan eval runs/HalfCheetah-v5__ppo-adan__1__1764000000 --checkpoint best --episodes 100 --json`,
    )
    .action(async (run: string, { episodes, checkpoint, env, json }: EvalFlags) => {
      const { evaluateRun } = await import("../evaluate.js");
      const result = await evaluateRun(run, { episodes, checkpoint, envModule: await envModuleOf(env) });
      if (json) {
        process.stdout.write(jsonLine(result));
        return;
      }
      process.stdout.write(
        `${printable(result.env)} after ${result.step} steps, ${result.episodes} episodes: ` +
          `return ${result.mean_return.toFixed(1)} ± ${result.std_return.toFixed(1)}, ` +
          `length ${result.mean_length.toFixed(1)}\n`,
      );
    });
}

function readEpisodes(text: string): number {
  const episodes = readCount(text);
  if (episodes !== undefined && episodes > 0) return episodes;
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}

function readCheckpointName(text: string): CheckpointName {
  if (text === "latest" || text === "best") return text;
  // As `latest` and the folders write it, too.
  const step = readCount(text.replace(/^step-/, ""));
  if (step !== undefined) return step;
  throw new InvalidArgumentError("It must be latest, best, or a step.");
}
