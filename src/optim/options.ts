import { didYouMean, UsageError } from "../errors.js";
import type { OptimizerOptions } from "./optimizer.js";

/**
 * The given options over the defaults, each checked against the default's own type.
 *
 * Throws UsageError naming the optimizer, the key (with the nearest known one) and the value.
 */
export function readOptions<T extends Record<string, number | boolean | readonly number[]>>(
  optimizer: string,
  defaults: T,
  given: OptimizerOptions,
): T {
  const result: Record<string, number | boolean | readonly number[]> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    const fallback = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (fallback === undefined) {
      const known = Object.keys(defaults);
      throw invalid(
        optimizer,
        `has no option "${key}"; it has ${known.join(", ")}.${didYouMean(key, known)}`,
      );
    }
    if (Array.isArray(fallback)) result[key] = readBetas(optimizer, key, value, fallback.length);
    else if (typeof fallback === "boolean" && typeof value === "boolean") result[key] = value;
    else if (typeof fallback === "number" && typeof value === "number" && value >= 0 && value < Infinity) {
      result[key] = value;
    } else {
      const wanted = typeof fallback === "boolean" ? "true or false" : "a finite number of at least 0";
      throw invalid(
        optimizer,
        `option ${key} must be ${wanted}, got ${typeof value === "number" ? value : JSON.stringify(value)}.`,
      );
    }
  }
  return result as T;
}

function readBetas(optimizer: string, key: string, value: unknown, length: number): readonly number[] {
  const isBeta = (beta: unknown) => typeof beta === "number" && beta >= 0 && beta < 1;
  if (Array.isArray(value) && value.length === length && value.every(isBeta)) return [...value];
  throw invalid(
    optimizer,
    `option ${key} must be ${length} numbers of at least 0 and below 1, got ${JSON.stringify(value)}.`,
  );
}

function invalid(optimizer: string, what: string): UsageError {
  return new UsageError("optimizer-option", `Optimizer ${optimizer} ${what}`);
}
