import type { Command } from "commander";
import type { Space } from "../../envs/api/space.js";

export function addEnvsCommand(program: Command): void {
  program
    .command("envs")
    .description("List the environments: the sizes of their observations and actions, and their time limits.")
    .option("--json", "print one JSON array")
    .action(async (flags: { json?: boolean }) => {
      const rows = await listEnvs();
      process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : table(rows));
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
