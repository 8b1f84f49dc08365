import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { planSweep } from "../../src/sweep/plan.js";
import { specOfFlags } from "../../src/sweep/spec-flags.js";

const folder = fileURLToPath(new URL("../../configs/sweeps/", import.meta.url));

/** Arms × environments or draws × seeds, counted by hand. */
const RUNS = { "learning-rates.yaml": 12 * 3, "optimizers.yaml": 2 * 2 * 10, "recipes.yaml": 6 * 5 };

test("every file in configs/sweeps is known here", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(RUNS));
});

test.each(Object.entries(RUNS))("%s is a sweep of %i runs, each of which resolves", async (file, count) => {
  const { runs } = await planSweep(specOfFlags(folder + file, {}), { runsRoot: "runs" });
  expect(runs).toHaveLength(count);
  expect(new Set(runs.map(({ directory }) => directory.path)).size).toBe(count);
});
