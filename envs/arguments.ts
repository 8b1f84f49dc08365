import { didYouMean } from "../src/errors.js";
import { InvalidAction, InvalidArgument } from "./api/errors.js";

export type EnvArguments = Readonly<Record<string, unknown>>;

/**
 * The given constructor arguments over the defaults, each checked against the type of its default.
 *
 * Throws InvalidArgument naming the environment, the argument (with the nearest known one) and the value.
 */
export function readArguments<T extends Record<string, number | boolean>>(
  env: string,
  defaults: T,
  given: EnvArguments,
): T {
  const result: Record<string, number | boolean> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const fallback = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (fallback === undefined) {
      const known = Object.keys(defaults);
      const list = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
      throw new InvalidArgument(
        "env-argument",
        `${env} has no argument "${name}"; ${list}.${didYouMean(name, known)}`,
      );
    }
    if (typeof value !== typeof fallback || Number.isNaN(value)) {
      throw new InvalidArgument(
        "env-argument",
        `${env}: argument ${name} must be a ${typeof fallback}, got ${shown(value)}.`,
      );
    }
    result[name] = value as number | boolean;
  }
  return result as T;
}

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}

/** Throws InvalidAction, naming both lengths, when an action is not of the length that the environment takes. */
export function checkAction(action: ArrayLike<number>, length: number): void {
  if (action.length === length) return;
  throw new InvalidAction(
    "env-action",
    `An action of ${length} ${length === 1 ? "number" : "numbers"} was expected, got ${action.length}.`,
  );
}
