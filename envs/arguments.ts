import { didYouMean } from "../src/errors.js";
import { InvalidAction, InvalidArgument } from "./api/errors.js";
import { isPlain } from "./plain-object.js";

export type EnvArguments = Readonly<Record<string, unknown>>;

/** A lower and an upper bound; infinite ones are none. */
export type Range = readonly [low: number, high: number];

type ArgumentValue = number | boolean | Range;

/**
 * The given constructor arguments over the defaults, each checked against the type of its default.
 *
 * Throws InvalidArgument naming the environment, the argument (with the nearest known one) and the value.
 */
export function readArguments<T extends Record<string, ArgumentValue>>(
  env: string,
  defaults: T,
  given: EnvArguments,
): T {
  const result: Record<string, ArgumentValue> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const fallback = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (fallback === undefined) {
      const known = Object.keys(defaults);
      const list = `it takes ${[...known, "max_episode_steps"].join(", ")}`;
      throw new InvalidArgument(
        "env-argument",
        `${env} has no argument "${name}"; ${list}.${didYouMean(name, known)}`,
      );
    }
    const isRight = typeof fallback === "object" ? isRange(value) : typeof value === typeof fallback;
    if (!isRight || Number.isNaN(value)) {
      const wanted = typeof fallback === "object" ? "pair of numbers, the lower first" : typeof fallback;
      throw new InvalidArgument(
        "env-argument",
        `${env}: argument ${name} must be a ${wanted}, got ${shown(value)}.`,
      );
    }
    result[name] = value as ArgumentValue;
  }
  return result as T;
}

function isRange(value: unknown): value is Range {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [low, high] = value as [unknown, unknown];
  return typeof low === "number" && typeof high === "number" && low <= high;
}

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (Array.isArray(value)) return value.map(shown).join(",");
  // A mapping from a file may have a toString of its own.
  return isPlain(value) ? JSON.stringify(value) : String(value);
}

/** Throws InvalidAction, naming both lengths, when an action is not of the length that the environment takes. */
export function checkActionLength(action: ArrayLike<number>, length: number): void {
  if (action.length === length) return;
  throw new InvalidAction(
    "env-action",
    `An action of ${length} ${length === 1 ? "number" : "numbers"} was expected, got ${action.length}.`,
  );
}

/** What an environment asks of a box's action: its length, and no NaN. Throws InvalidAction. */
export function checkAction(action: ArrayLike<number>, length: number): void {
  checkActionLength(action, length);
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(action[i])) throw new InvalidAction("env-action", `Number ${i} of the action is NaN.`);
  }
}
