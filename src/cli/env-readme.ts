import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** An environment's constructor argument, as its README lists it. */
export interface EnvArgument {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/**
 * The part of the package's environment READMEs that specifies an environment: from its heading `# Name-v5` to the next
 * of that rank. Another version's stands in where the id has none of its own. undefined when none came along.
 */
export function findEnvReadme(id: string): string | undefined {
  const parts = readmes().flatMap((text) => text.split(/^(?=# )/m));
  const isOf = (name: string) => (part: string) => part.startsWith("# ") && titleOf(part).startsWith(name);
  const nameOnly = id.replace(/-v\d+$/, "");
  return (parts.find((part) => titleOf(part) === id) ?? parts.find(isOf(`${nameOnly}-v`)))?.trimEnd();
}

/** The rows of the README's table under "Arguments" that are for this id's version, where the table tells versions apart. */
export function argumentsOf(id: string, readme: string): EnvArgument[] {
  const section = readme.split(/^(?=#+ )/m).find((part) => /^#+ Arguments\n/.test(part)) ?? "";
  const [head = [], _rule, ...rows] = section.split("\n").filter(isRow).map(cellsOf);
  const version = /-(v\d+)$/.exec(id)?.[1] ?? "";
  const cell = (row: readonly string[], column: string) => row[head.indexOf(column)] ?? "";
  const isFor = (row: readonly string[]) =>
    !head.includes("versions") || cell(row, "versions").split(/,\s*/).includes(version);
  return rows.filter(isFor).map((row) => ({
    name: cell(row, "name"),
    default: cell(row, "default"),
    meaning: cell(row, "meaning"),
  }));
}

function isRow(line: string): boolean {
  return /^\|.*\|\s*$/.test(line);
}

function cellsOf(row: string): string[] {
  const cells = row.trim().slice(1, -1).split("|");
  return cells.map((cell) => cell.trim().replace(/^`|`$/g, ""));
}

function titleOf(part: string): string {
  return /^# (.*)/.exec(part)?.[1]?.trim() ?? "";
}

function readmes(): string[] {
  const folder = envsFolder();
  if (folder === undefined) return [];
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => /(^|[\\/])README\.md$/.test(path))
    .sort()
    .map((path) => readFileSync(join(folder, path), "utf8"));
}

/** `envs` of the package's root, above dist or beside src; the compiled `dist/envs` holds no READMEs. */
function envsFolder(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    if (dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
  const envs = join(folder, "envs");
  return existsSync(envs) ? envs : undefined;
}
