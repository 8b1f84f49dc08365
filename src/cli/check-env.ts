import { type Command, InvalidArgumentError } from "commander";
import type { CheckName, Finding } from "../../envs/env-checker.js";
import type { AnyEnv } from "../../envs/registry.js";
import { readCount } from "../config/counts.js";
import { jsonLine, printable, UsageError } from "../errors.js";

interface CheckFlags {
  readonly config?: string;
  readonly model?: string;
  readonly steps: number;
  readonly json?: boolean;
}

export function addCheckEnvCommand(program: Command): void {
  program
    .command("check-env")
    .description("Check an environment: spaces, reset and step, seeds, equal bits, saving and restoring.")
    .argument("<env>", "an id, or your own module: ./my-env.js:MyEnv")
    .option("--config <file>", "YAML file whose env_options it is made with")
    .option("--model <file>", "MJCF of your own for mujoco")
    .option("--steps <n>", "steps of each check", readSteps, 200)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
The exit code is 0 without errors (warnings are allowed), 1 with errors.

Examples:
  rl-adan check-env HalfCheetah
  rl-adan check-env ./my-env.js:MyEnv
  rl-adan check-env ./my-env.js --json
  rl-adan check-env mujoco --model robot.xml --config robot.yaml`,
    )
    .action(async (name: string, { steps, json, config, model }: CheckFlags) => {
      const { checkEnv } = await import("../../envs/env-checker.js");
      const { id, make } = await findEnv(name, await optionsFor(name, config, model));
      // Once, so that what can't be made is told as such.
      const spaces = spacesOf(await make());
      if (!json) process.stdout.write(`${id}\n${spaces.map((line) => `  ${line}\n`).join("")}`);
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
          ? jsonLine({ env: id, spaces, ok: errors === 0, errors, warnings, checks })
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

/** What it shows and takes, where its spaces can say so; closes it. */
function spacesOf(env: AnyEnv): string[] {
  const { observationSpace, actionSpace } = env as { observationSpace?: object; actionSpace?: object };
  env.close();
  return Object.entries({ observations: observationSpace, actions: actionSpace })
    .filter(([, space]) => space !== undefined && String(space) !== "[object Object]")
    .map(([name, space]) => `${name.padEnd(CHECK_WIDTH)}  ${String(space)}`);
}

/** A registered environment or the user's own. */
async function findEnv(name: string, options: Options): Promise<{ id: string; make: () => Promise<AnyEnv> }> {
  const { isEnvModule, loadEnvModule } = await import("../env-modules-node.js");
  if (isEnvModule(name)) {
    const { id, make } = await loadEnvModule(name);
    return { id, make: () => make(options) };
  }
  const { make, spec } = await import("../../envs/index.js");
  const { id } = spec(name);
  return { id, make: () => make(id, options) };
}

type Options = Readonly<Record<string, unknown>>;

/** The env_options of a config file, with the text of the model that they or the command line name. */
async function optionsFor(
  name: string,
  config: string | undefined,
  model: string | undefined,
): Promise<Options> {
  const { readConfigFile } = await import("../config/config-file-node.js");
  const { OWN_MODEL_ENV, withModelText } = await import("../config/model-file-node.js");
  const entries = config === undefined ? [] : readConfigFile(config).entries;
  const entry = entries.find(({ key }) => key === "env_options");
  if (entry !== undefined && entry.mapping === undefined) {
    throw new UsageError(
      "config",
      `${entry.place}: env_options must be a mapping of the environment's options.`,
    );
  }
  const options = (entry?.value ?? {}) as Options;
  if (name === OWN_MODEL_ENV) return withModelText(options, { model, configFile: config });
  if (model === undefined) return options;
  throw new UsageError("config", `--model ${model} goes with ${OWN_MODEL_ENV}; the environment is ${name}.`);
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
    `  ${check.padEnd(CHECK_WIDTH)}  ${severity.padEnd(STATUS_WIDTH)}  ${onOneLine(message)}`.trimEnd();
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

/** An environment's own text on one line. */
function onOneLine(text: string): string {
  return printable(text.replace(/\p{Cc}+/gu, " "));
}

function readSteps(text: string): number {
  const steps = readCount(text);
  if (steps !== undefined && steps >= 2) return steps;
  throw new InvalidArgumentError("It must be a whole number of at least 2.");
}
