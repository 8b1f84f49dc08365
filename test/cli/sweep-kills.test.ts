import { expect, it } from "vitest";
import { killedSweep, resultsOf, undisturbedSweep } from "../support/killed-sweep.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

// npm run test:slow does it many times.
it("a sweep that is killed, and whose runs are killed, ends as if nothing had happened", async () => {
  const undisturbed = undisturbedSweep(folder);
  const { root, kills, finished } = await killedSweep(folder, 1, { runs: 1, sweeps: 1 });
  expect(kills).toEqual({ runs: 1, sweeps: 1 });
  expect(resultsOf(root)).toEqual(resultsOf(undisturbed));
  expect(Object.keys(resultsOf(root))).toHaveLength(4);
  expect([...finished.values()].every((count) => count === 1)).toBe(true);
});
