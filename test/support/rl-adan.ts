import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The real program, built. */
export const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

/** Runs the program in a folder to its end. It prints commands as to a user who has it installed, also under npx vitest. */
export function rlAdanIn(folder: string, argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, npm_command: "" },
  });
  return { status, stdout, stderr };
}
