import { afterEach, describe, expect, it } from "vitest";
import {
  type AnyEnv,
  type AutoresetMode,
  type BatchArray,
  Discrete,
  MultiDiscrete,
  type VectorEnv,
} from "../../../envs/index.js";
import { batchSpace } from "../../../envs/vector/batch-spaces.js";
import { fingerprint } from "../../support/ppo-run.js";

// Workers run compiled modules: this test needs dist, which `npm test` builds first.
const dist = new URL("../../../dist/envs/index.js", import.meta.url).href;
const { makeVec, NormalizeVectorObservation, SyncVectorEnv, TransformVectorObservation } = (await import(
  dist
)) as typeof import("../../../envs/index.js");

/**
 * "line": from 3, forward by the action (0, 1, 2), to the end at 6 or beyond. "grid": the same from (0, -4) in both
 * directions, to the end where the first is 2 or more.
 */
const module = `data:text/javascript,${encodeURIComponent(`
  import { Discrete, MultiDiscrete } from ${JSON.stringify(dist)};
  class Walk {
    at = 0;
    constructor(id) {
      this.isLine = id === "line";
      this.observationSpace = this.isLine ? new Discrete(6, 3) : new MultiDiscrete([4, 9], [0, -4]);
      this.actionSpace = this.isLine ? new Discrete(3) : new MultiDiscrete([2, 3]);
    }
    reset() {
      this.at = this.isLine ? 3 : Int32Array.of(0, -4);
      return { observation: this.at, info: {} };
    }
    step(action) {
      if (this.isLine !== (typeof action === "number")) throw new Error("a strange action");
      this.at = this.isLine ? this.at + action : this.at.map((place, i) => place + action[i]);
      const terminated = this.isLine ? this.at >= 6 : this.at[0] >= 2;
      return { observation: this.at, reward: 1, terminated, truncated: false, info: {} };
    }
    close() {}
    state() { return this.at; }
    restore(at) { this.at = at; }
  }
  export const make = async (id) => new Walk(id);`)}`;
const { make } = (await import(module)) as { make: (id: string) => Promise<AnyEnv> };

const open: VectorEnv[] = [];
afterEach(async () => {
  for (const envs of open.splice(0)) await envs.close();
});

const makers = {
  sync: async (id: string, autoreset: AutoresetMode) =>
    new SyncVectorEnv([await make(id), await make(id)], { autoreset }),
  async: (id: string, autoreset: AutoresetMode) =>
    makeVec(id, { numEnvs: 2, mode: "async", threads: 2, module, autoreset }),
};

async function making(
  mode: keyof typeof makers,
  id: string,
  autoreset: AutoresetMode = "next_step",
): Promise<VectorEnv> {
  const envs = await makers[mode](id, autoreset);
  open.push(envs);
  return envs;
}

describe.each(["sync", "async"] as const)("a vector of environments that count (%s)", (mode) => {
  it("batches Discrete observations and actions, one whole number each", async () => {
    const envs = await making(mode, "line");
    expect([envs.singleObservationSpace, envs.observationSpace, envs.actionSpace].map(String)).toEqual([
      "Discrete(6, start=3)",
      "MultiDiscrete([6 6], start=[3 3])",
      "MultiDiscrete([3 3])",
    ]);
    const seen: BatchArray[] = [(await envs.reset()).observations];
    for (const actions of [
      [1, 2],
      [0, 2],
      [2, 2],
    ])
      seen.push((await envs.step(actions)).observations);
    // The second has ended at 7, and the third step resets it.
    expect(seen).toEqual(
      [
        [3, 3],
        [4, 5],
        [4, 7],
        [6, 3],
      ].map((row) => Int32Array.from(row)),
    );
    expect(seen.every((observations) => envs.observationSpace.contains(observations))).toBe(true);
  });

  it("gives the final Discrete observation where it resets in the same step", async () => {
    const envs = await making(mode, "line", "same_step");
    await envs.reset();
    await envs.step([0, 2]);
    const { observations, info, terminations } = await envs.step([1, 2]);
    expect(observations).toEqual(Int32Array.of(4, 3));
    expect(terminations).toEqual(Uint8Array.of(0, 1));
    expect(info["final_obs"]).toEqual([null, 7]);
  });

  it("batches MultiDiscrete observations and actions row by row", async () => {
    const envs = await making(mode, "grid", "same_step");
    expect([envs.singleObservationSpace, envs.observationSpace, envs.actionSpace].map(String)).toEqual([
      "MultiDiscrete([4 9], start=[0 -4])",
      "Box([0 -4 0 -4], [3 4 3 4], (2, 2), int32)",
      "Box(0, [1 2 1 2], (2, 2), int32)",
    ]);
    const seen: BatchArray[] = [(await envs.reset()).observations];
    seen.push((await envs.step(Int32Array.of(1, 2, 0, 1))).observations);
    const { observations, info } = await envs.step([1, 0, 1, 1]);
    expect([...seen, observations]).toEqual(
      [
        [0, -4, 0, -4],
        [1, -2, 0, -3],
        [0, -4, 1, -2],
      ].map((row) => Int32Array.from(row)),
    );
    expect(info["final_obs"]).toEqual([Int32Array.of(2, -2), null]);
    expect(seen.every((batch) => envs.observationSpace.contains(batch))).toBe(true);
    await expect((async () => envs.step([0, 0, 0, 0.5]))()).rejects.toThrow(
      "A choice is a whole number of 32 bits; the one of sub-environment 1 is 0.5.",
    );
  });

  it.each(["line", "grid"])("saves and restores %s", async (id) => {
    const [envs, other] = [await making(mode, id), await making(mode, id)];
    const actions = Array.from({ length: envs.actionSpace.sample().length }, (_, i) => i % 2);
    await envs.reset();
    await envs.step(actions);
    await other.restore(await envs.state());
    expect(fingerprint((await other.step(actions)) as never)).toBe(
      fingerprint((await envs.step(actions)) as never),
    );
  });
});

describe("the batched spaces of what counts", () => {
  // Gymnasium 1.4.0 with NumPy 2.4.6: batch_space of the seeded single space, then the same samples.
  it("sample what Gymnasium samples from the place of the single space", () => {
    const grid = new MultiDiscrete([5, 2, 9], [0, -1, 100]);
    grid.seed(42);
    const batched = batchSpace(grid, 2);
    expect([1, 2, 3].map(() => [...batched.sample()])).toEqual([
      [3, -1, 107, 3, -1, 108],
      [3, 0, 101, 2, -1, 108],
      [3, 0, 103, 1, 0, 100],
    ]);
    const line = new Discrete(6, -2);
    line.seed(3);
    const choices = batchSpace(line, 3);
    expect([1, 2].map(() => [...choices.sample()])).toEqual([
      [-2, -1, 2],
      [1, -2, 0],
    ]);
  });

  it("are refused by wrappers that need floats, and taken by a function", async () => {
    const envs = await making("sync", "line");
    expect(() => new NormalizeVectorObservation(envs)).toThrow(
      "NormalizeVectorObservation needs a Box as observation space; the environment has Discrete(6, start=3).",
    );
    const shown = new TransformVectorObservation(envs, (places: Int32Array) => places.map((x) => x + 1));
    expect((await shown.reset()).observations).toEqual(Int32Array.of(4, 4));
  });
});
