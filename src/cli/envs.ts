import type { Command } from "commander";
import type { Space } from "../../envs/api/space.js";
import { jsonLine } from "../errors.js";
import { argumentsOf, type EnvArgument, findEnvReadme } from "./env-readme.js";

const OWN_MODEL_HINT =
  "\nYour own: a model with mujoco (rl-adan envs mujoco), a class as ./my-env.js:MyEnv (docs/environments.md).\n";

export function addEnvsCommand(program: Command): void {
  program
    .command("envs")
    .description("List the environments with sizes and time limits, or show one's specification.")
    .argument("[id]", "show this one")
    .option("--json", "print one JSON array, or an object for one environment")
    .addHelpText(
      "after",
      `
Examples:
  rl-adan envs
  rl-adan envs HalfCheetah`,
    )
    .action(async (id: string | undefined, flags: { json?: boolean }) => {
      if (id === undefined) {
        const rows = await listEnvs();
        process.stdout.write(flags.json ? jsonLine(rows) : table(rows) + OWN_MODEL_HINT);
        return;
      }
      const facts = await describeEnv(id);
      process.stdout.write(flags.json ? jsonLine(facts) : page(facts));
    });
}

interface EnvRow {
  readonly id: string;
  readonly observation_size: number;
  readonly action_size: number;
  /** null: no limit. */
  readonly max_episode_steps: number | null;
}

async function listEnvs(): Promise<EnvRow[]> {
  const { make, registeredIds } = await import("../../envs/index.js");
  const rows: EnvRow[] = [];
  for (const id of registeredIds()) {
    const env = await make(id);
    rows.push({
      id,
      observation_size: sizeOf(env.observationSpace),
      action_size: sizeOf(env.actionSpace),
      max_episode_steps: env.spec?.maxEpisodeSteps ?? null,
    });
    env.close();
  }
  return rows;
}

interface EnvFacts {
  readonly id: string;
  /** null: it follows from the arguments. */
  readonly observation_space: string | null;
  readonly action_space: string | null;
  readonly max_episode_steps: number | null;
  /** The return that counts as solved; null: none is defined. */
  readonly reward_threshold: number | null;
  /** Of the README; null when it has none. */
  readonly arguments: readonly EnvArgument[] | null;
  readonly readme: string | null;
}

async function describeEnv(name: string): Promise<EnvFacts> {
  const { make, spec } = await import("../../envs/index.js");
  const { id, rewardThreshold, maxEpisodeSteps, isTemplate } = spec(name);
  const readme = findEnvReadme(id) ?? null;
  const facts = {
    id,
    observation_space: null,
    action_space: null,
    max_episode_steps: maxEpisodeSteps ?? null,
    reward_threshold: rewardThreshold ?? null,
    arguments: readme === null ? null : argumentsOf(id, readme),
    readme,
  };
  if (isTemplate) return facts;
  const env = await make(id);
  const spaces = {
    observation_space: String(env.observationSpace),
    action_space: String(env.actionSpace),
  };
  env.close();
  return { ...facts, ...spaces };
}

function page(facts: EnvFacts): string {
  const rows = [
    ["observation", facts.observation_space ?? "follows from the arguments"],
    ["action", facts.action_space ?? "follows from the arguments"],
    ["max steps", String(facts.max_episode_steps ?? "no limit")],
    ["solved at", String(facts.reward_threshold ?? "not defined")],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  return [facts.id, ...lines, ...(facts.readme === null ? [] : ["", facts.readme]), ""].join("\n");
}

function sizeOf(space: Space<unknown>): number {
  return space.shape.reduce((product, length) => product * length, 1);
}

function table(rows: readonly EnvRow[]): string {
  const lines = [
    ["id", "observation", "action", "max steps"],
    ...rows.map((row) =>
      [row.id, row.observation_size, row.action_size, row.max_episode_steps ?? "-"].map(String),
    ),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return lines.map((line) => `${line.map(pad).join("  ")}\n`).join("");
}
