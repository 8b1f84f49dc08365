import { availableParallelism } from "node:os";
import { UsageError } from "../errors.js";

/** How many runs go on at a time, and with how many threads each. */
export interface Share {
  readonly jobs: number;
  readonly threads: number;
}

/**
 * Divides the cores of this machine: as many runs as there are cores, one thread each, where nothing else is asked for.
 *
 * Throws UsageError for a number that counts nothing.
 */
export function shareCores(
  asked: { readonly jobs?: number | undefined; readonly threads?: number | undefined },
  runs: number,
  cores = availableParallelism(),
): Share {
  for (const [name, count] of [
    ["jobs", asked.jobs],
    ["threads", asked.threads],
  ] as const) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) continue;
    throw new UsageError("sweep-cores", `${name} must be a whole number of at least 1, got ${count}.`);
  }
  const atMost = Math.max(1, runs);
  const jobs = Math.min(atMost, asked.jobs ?? Math.max(1, Math.floor(cores / (asked.threads ?? 1))));
  return { jobs, threads: asked.threads ?? Math.max(1, Math.floor(cores / jobs)) };
}
