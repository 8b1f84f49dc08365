import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { RlAdanError } from "../../src/errors.js";
import { type FuzzTarget, listing } from "./fuzz-targets.js";

/** A case that computes longer hangs; time of the processor, since the machine may be busy with something else. */
const MAX_CPU_SECONDS = 1;
const MAX_SHOWN_CHARACTERS = 2000;

export interface FuzzOutcome {
  readonly taken: number;
  readonly refused: number;
}

/**
 * Runs `count` cases of a target, each in an empty folder below `folder`: it succeeds or throws an RlAdanError, in less
 * than a second, and leaves everything else below `folder` as it was. Throws, with the smallest case that fast-check finds,
 * when one doesn't.
 */
export async function fuzz(
  target: FuzzTarget,
  folder: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<FuzzOutcome> {
  const own = join(folder, "case");
  const before = listing(folder);
  let taken = 0;
  let refused = 0;
  const property = fc.asyncProperty(target.cases, async (prepare) => {
    mkdirSync(own);
    const read = prepare(own);
    const started = process.cpuUsage();
    try {
      await read();
      taken += 1;
    } catch (error) {
      if (!(error instanceof RlAdanError)) throw failure(`It threw ${String(error)}`, own, error);
      refused += 1;
    }
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    if (seconds > MAX_CPU_SECONDS) throw failure(`It took ${seconds} s`, own);
    rmSync(own, { recursive: true });
    const after = listing(folder);
    if (after.join("\n") !== before.join("\n")) throw new Error(`It wrote outside:\n${after.join("\n")}`);
  });
  await fc.assert(property, { numRuns: count, seed });
  return { taken, refused };
}

/** What went wrong, with the files that were read; the folder is then free for the next case. */
function failure(what: string, folder: string, cause?: unknown): Error {
  const texts = listing(folder)
    .map((line) => line.split(" ")[0]!)
    .filter((name) => /\.(yaml|xml|json)$/.test(name) && lstatSync(join(folder, name)).isFile())
    .map((name) => `\n${name}: ${readFileSync(join(folder, name), "utf8").slice(0, MAX_SHOWN_CHARACTERS)}`);
  rmSync(folder, { recursive: true });
  return new Error(`${what} for ${texts.join("")}`, { cause });
}

/** A folder that nobody may touch; returns its path. */
export function writeOutside(folder: string): string {
  const outside = join(folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "canary"), "as it was\n");
  return outside;
}
