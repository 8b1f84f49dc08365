/** How the user started this program: in a clone it is known to npx alone. */
export function programName(): string {
  return process.env["npm_command"] === "exec" ? "npx rl-adan" : "rl-adan";
}

/** A command as a shell takes it: what it would obey stands in quotes. */
export function commandText(program: string, argv: readonly string[]): string {
  return [program, ...argv.map(shellWord)].join(" ");
}

function shellWord(text: string): string {
  // cmd.exe knows double quotes alone, and a backslash is a part of its paths.
  if (process.platform === "win32") return /^[\w./:\\=,@%+-]+$/.test(text) ? text : `"${text}"`;
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
