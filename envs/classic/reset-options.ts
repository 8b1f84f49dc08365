import { InvalidArgument } from "../api/errors.js";
import { shown } from "../arguments.js";

type Options = Readonly<Record<string, unknown>> | undefined;

/** The number that `reset` was given under this name, or the fallback. Throws InvalidArgument when it is none. */
export function resetNumber(options: Options, name: string, fallback: number): number {
  const value = options?.[name] ?? fallback;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new InvalidArgument("reset-option", `Reset option ${name} must be a number, got ${shown(value)}.`);
}

/** The range [low, high] that a start is drawn from. Throws InvalidArgument when `low` exceeds `high`. */
export function resetRange(options: Options, low: number, high: number): readonly [number, number] {
  const range = [resetNumber(options, "low", low), resetNumber(options, "high", high)] as const;
  if (range[0] <= range[1]) return range;
  throw new InvalidArgument(
    "reset-option",
    `Reset option low must be at most high, got ${range[0]} and ${range[1]}.`,
  );
}

/** The half-width of a range around 0. Throws InvalidArgument when it is negative or no number. */
export function resetHalfWidth(options: Options, name: string, fallback: number): number {
  const value = resetNumber(options, name, fallback);
  if (value >= 0) return value;
  throw new InvalidArgument("reset-option", `Reset option ${name} must be at least 0, got ${value}.`);
}
