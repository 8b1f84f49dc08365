import { describe, expect, it } from "vitest";
import { type AutoresetMode, makeVec, RecordVectorEpisodeStatistics } from "../../../envs/vector/index.js";

/** InvertedPendulums that stand for their whole episode with no push: a reward of 1 at every step. */
async function standing(limits: readonly number[], autoreset: AutoresetMode, options = {}) {
  const envs = await makeVec("InvertedPendulum-v5", {
    numEnvs: limits.length,
    autoreset,
    kwargs: limits.map((limit) => ({ max_episode_steps: limit, reset_noise_scale: 0 })),
  });
  return new RecordVectorEpisodeStatistics(envs, options);
}

describe("episode statistics of a vector environment", () => {
  it.each([
    // The step that only resets counts for no episode, so episodes of 2 end at steps 2, 5, 8.
    ["next_step", [2, 5, 8]],
    ["same_step", [2, 4, 6, 8]],
  ] as const)("count every step of an episode once (%s)", async (autoreset, ends) => {
    const envs = await standing([2, 100], autoreset);
    await envs.reset({ seed: 0 });
    for (let t = 1; t <= 8; t++) {
      const { info } = await envs.step(new Float32Array(2));
      const isEnd = (ends as readonly number[]).includes(t);
      expect("episode" in info).toBe(isEnd);
      if (!isEnd) continue;
      expect(info["_episode"]).toEqual(Uint8Array.of(1, 0));
      expect(info["episode"]).toMatchObject({ r: Float64Array.of(2, 0), l: Float64Array.of(2, 0) });
    }
    expect(envs.episodeCount).toBe(ends.length);
    expect(envs.returnQueue).toEqual(ends.map(() => 2));
    await envs.close();
  });

  it("forget the masked episodes only, when a mask resets", async () => {
    const envs = await standing([4, 4], "disabled");
    await envs.reset({ seed: 0 });
    await envs.step([0, 0]);
    await envs.step([0, 0]);
    await envs.reset({ options: { reset_mask: [false, true] } });
    await envs.step([0, 0]);
    const { info } = await envs.step([0, 0]);
    expect(info["episode"]).toMatchObject({ r: Float64Array.of(4, 0), l: Float64Array.of(4, 0) });
    await envs.reset({ options: { reset_mask: [true, false] } });
    await envs.step([0, 0]);
    expect((await envs.step([0, 0])).info["episode"]).toMatchObject({ l: Float64Array.of(0, 4) });
    await envs.close();
  });

  it("tell seconds since the episode began, to a millionth", async () => {
    let seconds = 100;
    const envs = await standing([2, 3], "same_step", { now: () => seconds });
    await envs.reset({ seed: 0 });
    seconds = 101.25;
    await envs.step([0, 0]);
    seconds = 102.12345678;
    expect((await envs.step([0, 0])).info["episode"]).toMatchObject({ t: Float64Array.of(2.123457, 0) });
    seconds = 104;
    await envs.step([0, 0]);
    expect(envs.timeQueue).toEqual([2.123457, 4]);
    await envs.close();
  });

  it("remember as many episodes as asked, in index order", async () => {
    const envs = await standing([1, 2, 1], "same_step", { bufferLength: 4 });
    await envs.reset({ seed: 0 });
    await envs.step([0, 0, 0]);
    await envs.step([0, 0, 0]);
    expect(envs.lengthQueue).toEqual([1, 1, 2, 1]);
    expect(envs.episodeCount).toBe(5);
    await envs.close();
  });

  it("refuse a key that the info has, and can take another", async () => {
    const envs = await standing([1], "next_step", { statsKey: "reward_survive" });
    await envs.reset({ seed: 0 });
    expect(() => envs.step([0])).toThrow('The info already has "reward_survive"');
    await envs.close();
    expect(() => new RecordVectorEpisodeStatistics(envs.env, { bufferLength: 0 })).toThrow(
      "bufferLength must be a whole number of at least 1, got 0.",
    );
  });
});
