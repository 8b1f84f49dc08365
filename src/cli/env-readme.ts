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
 * The part of the package's environment READMEs that specifies an environment: from the heading that is its id to the
 * next heading of that rank. Another version's stands in where the id has none of its own. undefined when none came
 * along with the package.
 */
export function findEnvReadme(id: string): string | undefined {
  const texts = readmes();
  const first = (isTitle: (title: string) => boolean) => {
    for (const text of texts) {
      const found = sectionOf(text, isTitle);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const family = `${id.replace(/-v\d+$/, "")}-v`;
  return first((title) => title === id) ?? first((title) => title.startsWith(family));
}

function sectionOf(text: string, isTitle: (title: string) => boolean): string | undefined {
  const parts = headedParts(text).map((part) => {
    const [, marks, title] = /^(#+) (.*)/.exec(part) ?? [undefined, "", ""];
    return { part, rank: marks!.length, title: title!.trim() };
  });
  const from = parts.findIndex(({ rank, title }) => rank > 0 && isTitle(title));
  if (from === -1) return undefined;
  const length = parts.slice(from + 1).findIndex(({ rank }) => rank <= parts[from]!.rank);
  const section = parts.slice(from, length === -1 ? undefined : from + 1 + length);
  return section
    .map(({ part }) => part)
    .join("")
    .trimEnd();
}

/** A heading and what stands below it, each; a `#` within a fenced block is a comment there. */
function headedParts(text: string): string[] {
  const parts: string[] = [];
  let isFenced = false;
  for (const line of text.split(/^/m)) {
    if (line.startsWith("```")) isFenced = !isFenced;
    if (parts.length === 0 || (!isFenced && /^#+ /.test(line))) parts.push("");
    parts[parts.length - 1] += line;
  }
  return parts;
}

/** The rows of the README's table under "Arguments" that are for this id's version, where the table tells versions apart. */
export function argumentsOf(id: string, readme: string): EnvArgument[] {
  const section = headedParts(readme).find((part) => /^#+ Arguments\n/.test(part)) ?? "";
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
