import type { Command } from "commander";

export function addEnvsCommand(program: Command): void {
  program
    .command("envs")
    .description("List the environments.")
    .option("--json", "print one JSON object")
    .action(async (flags: { json?: boolean }) => {
      const rows = await listEnvs();
      process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${table(rows)}\n`);
    });
}

interface EnvRow {
  readonly id: string;
  readonly observation: string;
  readonly action: string;
  readonly max_episode_steps: number | null;
  readonly reward_threshold: number | null;
}

async function listEnvs(): Promise<EnvRow[]> {
  const { make, registeredIds } = await import("../../envs/index.js");
  const rows: EnvRow[] = [];
  for (const id of registeredIds()) {
    const env = await make(id);
    rows.push({
      id,
      observation: env.observationSpace.toString(),
      action: env.actionSpace.toString(),
      max_episode_steps: env.spec?.maxEpisodeSteps ?? null,
      reward_threshold: env.spec?.rewardThreshold ?? null,
    });
    env.close();
  }
  return rows;
}

function table(rows: readonly EnvRow[]): string {
  const lines = [
    ["id", "observation", "action", "max steps", "solved at"],
    ...rows.map((row) => [
      row.id,
      row.observation,
      row.action,
      String(row.max_episode_steps ?? "-"),
      String(row.reward_threshold ?? "-"),
    ]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
