import { type Command, InvalidArgumentError } from "commander";
import type { CheckName, Finding } from "../../envs/env-checker.js";
import type { AnyEnv } from "../../envs/registry.js";
import { readCount } from "../config/counts.js";

interface CheckFlags {
  readonly steps: number;
  readonly json?: boolean;
}

export function addCheckEnvCommand(program: Command): void {
  program
    .command("check-env")
    .description("Check an environment: spaces, reset and step, seeds, equal bits, saving and restoring.")
    .argument("<env>", "an id, or your own module: ./my-env.js:MyEnv")
    .option("--steps <n>", "steps of each check", readSteps, 200)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
The exit code is 0 without errors (warnings are allowed), 1 with errors.

Examples:
  rl-adan check-env HalfCheetah
  rl-adan check-env ./my-env.js:MyEnv
  rl-adan check-env ./my-env.js --json`,
    )
    .action(async (name: string, { steps, json }: CheckFlags) => {
      const { checkEnv } = await import("../../envs/env-checker.js");
      const { id, make } = await findEnv(name);
      if (!json) process.stdout.write(`${id}\n`);
      const checks: CheckOutcome[] = [];
      const findings = await checkEnv(make, {
        steps,
        onCheck: (check, found) => {
          const outcome = { check, status: statusOf(found), findings: found ?? [] };
          checks.push(outcome);
          if (!json) process.stdout.write(linesOf(outcome));
        },
      });
      const errors = countOf(findings, "error");
      const warnings = countOf(findings, "warning");
      process.stdout.write(
        json
          ? `${JSON.stringify({ env: id, ok: errors === 0, errors, warnings, checks })}\n`
          : `${checks.length} checks: ${numbered(errors, "error")}, ${numbered(warnings, "warning")}\n`,
      );
      if (errors > 0) process.exitCode = 1;
    });
}

type Status = "ok" | "warning" | "error" | "skipped";

interface CheckOutcome {
  readonly check: CheckName;
  readonly status: Status;
  readonly findings: readonly Finding[];
}

/** A registered environment or the user's own, made once so that what can't be made is told as such. */
async function findEnv(name: string): Promise<{ id: string; make: () => Promise<AnyEnv> }> {
  const { isEnvModule, loadEnvModule } = await import("../env-modules-node.js");
  if (isEnvModule(name)) {
    const { id, make } = await loadEnvModule(name);
    (await make()).close();
    return { id, make };
  }
  const { make, spec } = await import("../../envs/index.js");
  const { id } = spec(name);
  return { id, make: () => make(id) };
}

function statusOf(findings: readonly Finding[] | null): Status {
  if (findings === null) return "skipped";
  if (countOf(findings, "error") > 0) return "error";
  return countOf(findings, "warning") > 0 ? "warning" : "ok";
}

const CHECK_WIDTH = 12;
const STATUS_WIDTH = 7;

/** A line per finding, or one that says that there was none. */
function linesOf({ check, status, findings }: CheckOutcome): string {
  const line = (severity: string, message: string) =>
    `  ${check.padEnd(CHECK_WIDTH)}  ${severity.padEnd(STATUS_WIDTH)}  ${printable(message)}`.trimEnd();
  const lines = findings.map(({ severity, message }) => line(severity === "info" ? "ok" : severity, message));
  if (lines.length === 0) lines.push(line(status, status === "skipped" ? "after the error above" : ""));
  return lines.map((text) => `${text}\n`).join("");
}

function countOf(findings: readonly Finding[], wanted: Finding["severity"]): number {
  return findings.filter(({ severity }) => severity === wanted).length;
}

function numbered(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** An environment's own text on one line, without what a terminal would obey. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

function readSteps(text: string): number {
  const steps = readCount(text);
  if (steps !== undefined && steps >= 2) return steps;
  throw new InvalidArgumentError("It must be a whole number of at least 2.");
}
