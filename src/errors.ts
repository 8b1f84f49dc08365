/**
 * Every error that a user can cause. The message is one sentence (or a few): what was wrong, the value, where,
 * what to do. `code` is stable and meant for programs; the message is meant for people.
 */
export class RlAdanError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The request itself was wrong (a flag, a config key, a name): the command line exits with 2. */
export class UsageError extends RlAdanError {}

/** Two arrays that must agree in length do not; the message names both. */
export class ShapeError extends RlAdanError {
  constructor(message: string) {
    super("shape", message);
  }
}

/** One line for a person; with `verbose` the stack and the causes behind it. */
export function formatError(error: unknown, options: { verbose?: boolean } = {}): string {
  if (!(error instanceof Error)) return String(error);
  if (options.verbose) {
    const cause = error.cause === undefined ? "" : `\ncaused by: ${formatError(error.cause, options)}`;
    return `${error.stack ?? error.message}${cause}`;
  }
  return error.message;
}

/**
 * The candidate nearest to `name` by edit distance, ignoring case, or undefined when none is near enough
 * (more than a third of the letters would have to change).
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing when no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
