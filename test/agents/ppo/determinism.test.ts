import { describe, expect, it } from "vitest";
import type { StateTree } from "../../../envs/api/state.js";
import { fingerprint, runPpo } from "../../support/ppo-run.js";

const small = { num_steps: 96, minibatch_size: 32, epochs: 2, hidden_sizes: [16, 16] };

/** Episodes of Pendulum have 200 steps, of HalfCheetah 1,000: rollouts of 96 end in mid-episode. */
const cases = [
  { title: "Adan, 1 env", env: "HalfCheetah-v5", config: { ...small, num_envs: 1 } },
  { title: "Adan, 4 envs", env: "HalfCheetah-v5", config: { ...small, num_envs: 4 } },
  {
    title: "Adam, 1 env, CleanRL's recipe",
    env: "HalfCheetah-v5",
    preset: "cleanrl",
    config: { ...small, num_envs: 1 },
  },
  {
    title: "Adam, 4 envs, Tianshou's recipe",
    env: "HalfCheetah-v5",
    preset: "tianshou",
    config: { ...small, num_envs: 4 },
  },
  { title: "episodes that terminate", env: "InvertedPendulum-v5", config: { ...small, num_envs: 4 } },
  {
    title: "episodes that truncate, rewards scaled",
    env: "Pendulum-v1",
    config: { ...small, num_envs: 3, reward_scaling: "cleared_on_done", observation_moments: "per_step" },
  },
];

describe("PPO", () => {
  it.each(cases)("goes on from a saved state bit for bit: $title", async (request) => {
    const saved: StateTree[] = [];
    const straight = await runPpo({ ...request, iterations: 6 }, async (iteration) => {
      if (iteration.iteration === 3) saved.push(await iteration.state());
    });
    const resumed = await runPpo({ ...request, iterations: 6, from: saved[0]! });
    expect(fingerprint(resumed)).toBe(fingerprint(straight));
  });

  it("gives the same bits for the same seed, and others for another", async () => {
    const run = (seed: number) =>
      runPpo({ env: "HalfCheetah-v5", config: { ...small, num_envs: 2, seed }, iterations: 2 });
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(fingerprint(again)).toBe(fingerprint(first));
    expect(fingerprint(other)).not.toBe(fingerprint(first));
  });

  it("gives the same bits on the scalar twin as on SIMD", async () => {
    const run = (device: string) =>
      runPpo({ env: "HalfCheetah-v5", config: { ...small, num_envs: 2, device }, iterations: 2 });
    expect(fingerprint(await run("scalar"))).toBe(fingerprint(await run("simd")));
  });
});
