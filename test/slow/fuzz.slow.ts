import { describe, expect, it } from "vitest";
import { fuzzCampaign } from "../support/fuzz-campaign.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

describe("a mutated file is read or refused in a sentence, at once, and nothing is written elsewhere", () => {
  it("10000 cases", async () => {
    await fuzzCampaign(folder, { cases: 10_000, seed: 2 }, (name, { taken, refused }) => {
      console.log(`${name}: ${taken} taken, ${refused} refused`);
      expect(taken, name).toBeGreaterThan(0);
      expect(refused, name).toBeGreaterThan(0);
    });
  });
});
