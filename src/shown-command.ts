/** How the user started this program: in a clone it is known to npx alone. */
export function programName(): string {
  return process.env["npm_command"] === "exec" ? "npx rl-adan" : "rl-adan";
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path}"`;
}
