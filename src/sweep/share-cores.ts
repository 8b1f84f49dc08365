import { availableParallelism } from "node:os";

/** How many runs go on at a time, and with how many threads each. */
export interface Share {
  readonly jobs: number;
  readonly threads: number;
}

/** Divides the cores of this machine: as many runs as there are cores, one thread each, where nothing else is asked for. */
export function shareCores(
  asked: { readonly jobs?: number | undefined; readonly threads?: number | undefined },
  runs: number,
  cores = availableParallelism(),
): Share {
  const atMost = Math.max(1, runs);
  const jobs = Math.min(atMost, asked.jobs ?? Math.max(1, Math.floor(cores / (asked.threads ?? 1))));
  return { jobs, threads: asked.threads ?? Math.max(1, Math.floor(cores / jobs)) };
}
