import { describe, expect, it } from "vitest";
import { fuzzCampaign } from "./support/fuzz-campaign.js";
import { temporaryFolder } from "./support/temporary-folder.js";

const folder = temporaryFolder();

describe("a mutated file is read or refused in a sentence, at once, and nothing is written elsewhere", () => {
  it("300 cases", async () => {
    await fuzzCampaign(folder, { cases: 300, seed: 1 }, (name, { taken, refused }, count) => {
      expect(refused, name).toBeGreaterThan(0);
      expect(taken + refused, name).toBe(count);
    });
  });
});
