import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type FuzzOutcome, fuzz, writeOutside } from "./fuzz.js";
import { fuzzTargets, writeSeedRuns } from "./fuzz-targets.js";

/** So many cases of every target, about `cases` in all; `see` gets the outcome of each. Everything lies below `folder`, which is empty. */
export async function fuzzCampaign(
  folder: string,
  { cases, seed }: { readonly cases: number; readonly seed: number },
  see: (name: string, outcome: FuzzOutcome, count: number) => void,
): Promise<void> {
  const seeds = join(folder, "seeds");
  mkdirSync(seeds);
  const outside = writeOutside(folder);
  await writeSeedRuns(seeds);
  const targets = fuzzTargets(seeds, outside);
  const count = Math.ceil(cases / targets.length);
  for (const target of targets) see(target.name, await fuzz(target, folder, { count, seed }), count);
}
