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

/** Names a setting as its user gives it: `--env Hopper` to the command line, `{ env: "Hopper" }` to a program. */
type NameSetting = (key: string, value?: string) => string;

/** A usage error that names settings: in the words of the command line, unless a program asks for its own. */
export class SettingError extends UsageError {
  readonly #sentence: (name: NameSetting) => string;

  constructor(code: string, sentence: (name: NameSetting) => string) {
    super(code, sentence(asFlag));
    this.#sentence = sentence;
  }

  /** The same error to a program. */
  inCode(): UsageError {
    return new UsageError(this.code, this.#sentence(asOption));
  }
}

function asFlag(key: string, value?: string): string {
  const flag = `--${key.replaceAll("_", "-")}`;
  return value === undefined ? flag : `${flag} ${value}`;
}

function asOption(key: string, value?: string): string {
  return value === undefined ? key : `{ ${key}: ${JSON.stringify(value)} }`;
}

/** Two arrays that must agree in length do not; the message names both. */
export class ShapeError extends RlAdanError {
  constructor(message: string) {
    super("shape", message);
  }
}

/** Longer lines of an error are cut: they quote a file that holds something else than it should. */
const MAX_LINE_CHARACTERS = 2000;

/** For a person: the message, with `verbose` the stack and the causes behind it. What files brought into it is escaped. */
export function formatError(error: unknown, options: { verbose?: boolean } = {}): string {
  return textOf(error, options.verbose === true)
    .split("\n")
    .map((line) =>
      printable(line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}…` : line),
    )
    .join("\n");
}

function textOf(error: unknown, isVerbose: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (!isVerbose) return error.message;
  const cause = error.cause === undefined ? "" : `\ncaused by: ${textOf(error.cause, isVerbose)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/**
 * Text from a file or a flag on one line of a terminal: what it would obey (control characters, escape sequences) or turn
 * around or hide (bidirectional and other format characters, line separators), and what XML may not hold, is shown as its number.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu, (character) => {
    const number = character.codePointAt(0)!.toString(16);
    return number.length <= 2 ? `\\x${number.padStart(2, "0")}` : `\\u{${number}}`;
  });
}

/** Data as JSON on one line, in which what a terminal would obey or hide is escaped as JSON does: it reads back the same. */
export function jsonLine(data: unknown): string {
  const escaped = JSON.stringify(data).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
  return `${escaped}\n`;
}

/**
 * The candidate nearest to `name` by edit distance, ignoring case, or undefined when none is near enough
 * (more than a third of the letters would have to change).
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    // What differs in length alone is too far, and a file's text may be as long as the file.
    if (Math.abs(name.length - candidate.length) >= bestDistance) continue;
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
