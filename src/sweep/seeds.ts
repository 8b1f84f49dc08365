import { UsageError } from "../errors.js";

/** Whole numbers from `first` to `last`, both included. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads seeds as people write them: `3`, `0-9`, `0,2,5-7`, or a list of such. Ranges are not laid out here: they may be huge.
 *
 * Throws UsageError, beginning with `subject`, for what is no seed, a range that runs backwards, or a seed named twice.
 */
export function readSeeds(value: unknown, subject: string): SeedRange[] {
  const parts = (Array.isArray(value) ? value : [value]).flatMap((part: unknown) =>
    typeof part === "string" ? part.split(",") : [JSON.stringify(part)],
  );
  const ranges = parts.map((part) => readRange(part.trim(), subject));
  const sorted = [...ranges].sort((a, b) => a.first - b.first);
  for (const [i, { first }] of sorted.entries()) {
    if (i > 0 && first <= sorted[i - 1]!.last) {
      throw new UsageError("sweep-seeds", `${subject} names seed ${first} twice.`);
    }
  }
  return ranges;
}

/** As `readSeeds`, but one number alone says how many, from `first` on. Throws as it does. */
export function readSeedsOrCount(value: unknown, first: number, subject: string): SeedRange[] {
  const count = Number(value);
  if (typeof value !== "number" && !(typeof value === "string" && /^\s*\d+\s*$/.test(value))) {
    return readSeeds(value, subject);
  }
  if (Number.isSafeInteger(count) && count >= 1) return [{ first, last: first + count - 1 }];
  throw new UsageError("sweep-seeds", `${subject} must be how many seeds, at least 1, or which, like 0-9.`);
}

export function countSeeds(ranges: readonly SeedRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

export function listSeeds(ranges: readonly SeedRange[]): number[] {
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

function readRange(text: string, subject: string): SeedRange {
  const [, from, to] = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to ?? from)];
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    throw new UsageError(
      "sweep-seeds",
      `${subject} must be whole numbers and ranges of them, like 0-9 or 0,2,5-7, got ${JSON.stringify(text)}.`,
    );
  }
  if (last < first) {
    throw new UsageError(
      "sweep-seeds",
      `${subject}: the range ${text} runs backwards; write ${last}-${first}.`,
    );
  }
  return { first, last };
}
