import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One TypeScript file of the project: its path from the root, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every TypeScript source below the given folders, generated modules and AssemblyScript left out. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    (readdirSync(root + folder, { recursive: true }) as string[])
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter(
        (path) => path.endsWith(".ts") && !path.endsWith(".generated.ts") && !path.includes("/assembly/"),
      )
      .map((path) => ({ path, text: readFileSync(root + path, "utf8") })),
  );
}
