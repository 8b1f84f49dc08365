import { expect, it } from "vitest";
import { killedSweep, resultsOf, undisturbedSweep } from "../support/killed-sweep.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const SWEEPS = 15;

it(`${SWEEPS} sweeps end as if nothing had happened, each killed twice and twice robbed of a run`, async () => {
  const expected = resultsOf(undisturbedSweep(folder));
  const kills = { runs: 0, sweeps: 0 };
  for (let seed = 1; seed <= SWEEPS; seed++) {
    const killed = await killedSweep(folder, seed, { runs: 2, sweeps: 2 });
    kills.runs += killed.kills.runs;
    kills.sweeps += killed.kills.sweeps;
    expect(resultsOf(killed.root), `seed ${seed}`).toEqual(expected);
    expect([...killed.finished.values()].every((count) => count === 1)).toBe(true);
  }
  // A kill may come too late for a sweep that is over.
  expect(kills.runs + kills.sweeps).toBeGreaterThan(2 * SWEEPS);
});
