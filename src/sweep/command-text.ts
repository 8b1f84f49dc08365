/** A command as a shell takes it: what it would obey stands in quotes. */
export function commandText(program: string, argv: readonly string[]): string {
  return [program, ...argv.map(shellWord)].join(" ");
}

function shellWord(text: string): string {
  if (/^[\w./:\\=,@%+-]+$/.test(text)) return text;
  // cmd.exe knows double quotes alone.
  return process.platform === "win32" ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
