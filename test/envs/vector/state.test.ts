import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registeredIds } from "../../../envs/index.js";
import { type AutoresetMode, makeVec, RecordVectorEpisodeStatistics } from "../../../envs/vector/index.js";
import { fingerprint } from "../../support/ppo-run.js";

const NUM_ENVS = 3;
const LIMITS = [2, 7, 5].map((limit) => ({ max_episode_steps: limit }));

async function make(id: string, autoreset: AutoresetMode) {
  const sync = await makeVec(id, { numEnvs: NUM_ENVS, autoreset, kwargs: LIMITS });
  return new RecordVectorEpisodeStatistics(sync, { now: () => 0 });
}

type Vector = Awaited<ReturnType<typeof make>>;

/** Steps with the actions, resetting by mask where that is the caller's part; everything said, bit for bit. */
async function trace(envs: Vector, actions: readonly ArrayLike<number>[]): Promise<string> {
  const said: string[] = [];
  for (const action of actions) {
    const result = await envs.step(action);
    said.push(fingerprint(result as never));
    const ended = result.terminations.map((flag, i) => flag | result.truncations[i]!);
    if (envs.autoreset === "disabled" && ended.includes(1)) {
      said.push(fingerprint((await envs.reset({ options: { reset_mask: ended } })) as never));
    }
  }
  return said.join("\n");
}

async function expectExact(id: string, autoreset: AutoresetMode, numRuns: number): Promise<void> {
  const [original, copy] = [await make(id, autoreset), await make(id, autoreset)];
  const space = original.actionSpace;
  const sample = (count: number) => Array.from({ length: count }, () => space.sample());
  const moments = fc.asyncProperty(
    fc.nat(2 ** 31),
    fc.nat(15),
    fc.integer({ min: 1, max: 12 }),
    async (seed, before, after) => {
      space.seed(seed);
      await original.reset({ seed });
      await trace(original, sample(before));
      const saved = await original.state();
      const kept = fingerprint(saved);
      const actions = sample(after);
      const straight = await trace(original, actions);
      // The copy is somewhere else entirely, in its own episodes.
      await copy.reset({ seed: seed + 1 });
      await trace(copy, sample(4));
      await copy.restore(saved);
      expect(fingerprint(await copy.state())).toBe(kept);
      expect(await trace(copy, actions)).toBe(straight);
      expect(copy.returnQueue).toEqual(original.returnQueue);
      expect(fingerprint(saved)).toBe(kept);
    },
  );
  await fc.assert(moments, { numRuns });
  await original.close();
  await copy.close();
}

describe("saving and restoring inside a vector environment", () => {
  it.each(["next_step", "same_step", "disabled"] as const)(
    "goes on bit for bit from any moment, pending resets included (%s)",
    (autoreset) => expectExact("Pendulum-v1", autoreset, 40),
  );

  it.each(registeredIds().filter((id) => !id.startsWith("Pendulum")))("%s goes on bit for bit", (id) =>
    expectExact(id, "next_step", 3),
  );

  it("gives a masked reset the observations from before", async () => {
    const envs = await makeVec("Pendulum-v1", { numEnvs: 2 });
    envs.reset({ seed: 1 });
    const saved = envs.state();
    const { observations } = envs.step([2, 2]);
    const later = envs.state();
    envs.restore(saved);
    envs.restore(later);
    const masked = envs.reset({ options: { reset_mask: [false, true] } });
    expect(masked.observations.slice(0, 3)).toEqual(observations.slice(0, 3));
  });

  it("says so when a sub-environment has no state", async () => {
    const envs = await makeVec("Pendulum-v1", {
      numEnvs: 2,
      wrappers: [
        (env) => ({
          observationSpace: env.observationSpace,
          actionSpace: env.actionSpace,
          reset: env.reset.bind(env),
          step: env.step.bind(env),
          close: env.close.bind(env),
        }),
      ],
    });
    expect(() => envs.state()).toThrow(
      "Sub-environment 0 has no state and restore: this vector environment can't be saved.",
    );
  });
});
