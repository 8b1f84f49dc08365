import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fuzz, writeOutside } from "./support/fuzz.js";
import { fuzzTargets, writeSeedRuns } from "./support/fuzz-targets.js";
import { temporaryFolder } from "./support/temporary-folder.js";

const CASES = 300;
const SEED = 1;

const folder = temporaryFolder();
const seeds = join(folder, "seeds");
mkdirSync(seeds);
const outside = writeOutside(folder);

describe("a mutated file is read or refused in a sentence, at once, and nothing is written elsewhere", () => {
  beforeAll(() => writeSeedRuns(seeds));

  it(`${CASES} cases`, async () => {
    const targets = fuzzTargets(seeds, outside);
    const count = Math.ceil(CASES / targets.length);
    for (const target of targets) {
      const { taken, refused } = await fuzz(target, folder, { count, seed: SEED });
      expect(refused, target.name).toBeGreaterThan(0);
      expect(taken + refused, target.name).toBe(count);
    }
  });
});
