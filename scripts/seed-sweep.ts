// The same as seed-sweep.sh from a program, with a table of the returns at the end:
//   node scripts/seed-sweep.ts --env HalfCheetah --seeds 0-9 --steps 1M [--runs-root runs] [--report DIR] [--json]
// Node 22.18 and newer run it as it is; with Node 20: npx tsx scripts/seed-sweep.ts …
import { parseArgs } from "node:util";
import {
  createSweepReporter,
  formatError,
  report,
  type SweepOutcome,
  stats,
  sweep,
  UsageError,
} from "rl-adan";

const EXIT = { finished: 0, failed: 1, usage: 2, interrupted: 130 } as const;

try {
  const { values } = parseArgs({
    options: {
      env: { type: "string", default: "HalfCheetah" },
      seeds: { type: "string", default: "0-9" },
      steps: { type: "string", default: "1M" },
      "runs-root": { type: "string", default: "runs" },
      report: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const outcome = await sweep(
    {
      settings: { env: values.env, total_timesteps: values.steps },
      arms: { adan: { optimizer: "adan" }, adam: { optimizer: "adam" } },
      seeds: values.seeds,
    },
    {
      runsRoot: values["runs-root"],
      reporter: createSweepReporter(process.stdout, { mode: values.json ? "json" : "auto" }),
    },
  );
  const finished = outcome.runs.filter(({ state }) => state === "finished");
  if (!values.json) console.log(table(finished).join("\n"));
  process.exitCode = EXIT[outcome.status];
  if (values.report !== undefined && finished.length > 0) {
    await report({ runs: finished.map(({ runDirectory }) => runDirectory), output: values.report });
  }
} catch (error) {
  console.error(`error: ${formatError(error)}`);
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.exitCode = isUsage ? EXIT.usage : EXIT.failed;
}

/**
 * An arm a line: interquartile mean of the final evaluations, with its 95 % interval where there are several seeds. An evaluation
 * that was not finite is null, and no number.
 */
function table(finished: SweepOutcome["runs"]): string[] {
  return [...new Set(finished.map(({ arm }) => arm))].map((arm) => {
    const all = finished.filter((run) => run.arm === arm).map(({ result }) => result?.["eval_mean_return"]);
    const returns = all.filter((value) => typeof value === "number");
    const counted = `${returns.length === all.length ? "" : `${returns.length} of `}${all.length} ${all.length === 1 ? "seed" : "seeds"}`;
    if (returns.length === 0) return `${arm}: no finite evaluation of ${counted}`;
    const scores = returns.map((value) => [value]);
    const { value, interval } = stats.stratifiedBootstrap(scores, stats.interquartileMean);
    const range = interval === null ? "" : ` [${interval.map((end) => end.toFixed(1)).join(", ")}]`;
    return `${arm}: ${value.toFixed(1)}${range} over ${counted}`;
  });
}
