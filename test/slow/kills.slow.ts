import { expect, it } from "vitest";
import { killedRun, resultOf, undisturbedRun } from "../support/killed-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const KILLS = 100;

it(`a run ends as if nothing had happened after kill -9 at ${KILLS} random moments`, async () => {
  const expected = resultOf(undisturbedRun(folder));
  let kills = 0;
  for (let seed = 1; kills < KILLS; seed++) {
    const killed = await killedRun(folder, seed, KILLS - kills);
    kills += killed.kills;
    expect(resultOf(killed.run), `seed ${seed}`).toEqual(expected);
  }
  expect(kills).toBe(KILLS);
});
