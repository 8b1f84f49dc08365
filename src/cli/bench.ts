import { type Command, InvalidArgumentError } from "commander";
import type { BenchResult } from "../bench.js";
import { jsonLine } from "../errors.js";

interface BenchFlags {
  readonly env: string;
  readonly seconds: number;
  readonly json?: boolean;
}

export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("Time trainings of several sizes on this machine, phase by phase (CleanRL's recipe).")
    .option("--env <id>", "environment", "HalfCheetah")
    .option("--seconds <n>", "about how long to train each size", readSeconds, 5)
    .option("--json", "print one JSON object a size")
    .addHelpText(
      "after",
      `
training, rollout, environments: env steps a second, of the whole, of stepping with the policy, of the environments alone.
of products: the share that the learner's GFLOP/s are of the kernels' bare matrix product on one thread, times the learner's threads.
Speeds drift on a shared machine: compare within one run. bench/ has the same beside other toolkits.

Examples:
  rl-adan bench
  rl-adan bench --env Hopper --seconds 10 --json`,
    )
    .action(async ({ env, seconds, json }: BenchFlags) => {
      const { availableParallelism } = await import("node:os");
      const { benchCases, runBenchCase } = await import("../bench.js");
      if (!json) process.stdout.write(row(COLUMNS));
      for (const benchCase of benchCases(env, availableParallelism())) {
        const result = await runBenchCase(benchCase, seconds);
        process.stdout.write(json ? jsonLine(result) : row(cells(result)));
      }
    });
}

const COLUMNS = [
  "",
  "threads",
  "training",
  "rollout",
  "environments",
  "ms/minibatch",
  "GFLOP/s",
  "of products",
] as const;
const WIDTHS = [24, 7, 8, 8, 12, 12, 7, 11] as const;

function cells(result: BenchResult): string[] {
  return [
    result.name,
    String(result.threads),
    result.training.toFixed(0),
    result.rollout.toFixed(0),
    result.environments.toFixed(0),
    result.millisecondsPerMinibatch.toFixed(3),
    result.gflops.toFixed(1),
    `${(100 * result.matrixShare).toFixed(0)} %`,
  ];
}

function row(texts: readonly string[]): string {
  const padded = texts.map((text, i) => (i === 0 ? text.padEnd(WIDTHS[i]!) : text.padStart(WIDTHS[i]!)));
  return `${padded.join("  ").trimEnd()}\n`;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0 && seconds < Number.POSITIVE_INFINITY) return seconds;
  throw new InvalidArgumentError("It must be a number of seconds above 0.");
}
