import { describe, expect, it } from "vitest";
import { make } from "../../../envs/index.js";
import { evaluatePolicy } from "../../../src/evaluate.js";
import type { PolicySnapshot } from "../../../src/policy/policy.js";
import { runPpo } from "../../support/ppo-run.js";

/** Mean return of ten evaluation episodes after training. */
async function trainedReturn(request: Parameters<typeof runPpo>[0]): Promise<number> {
  let policy: PolicySnapshot | undefined;
  await runPpo(request, (iteration) => {
    policy = iteration.policy();
  });
  const env = await make(request.env);
  const evaluated = await evaluatePolicy(policy!, env, { seed: 1, episodes: 10, actions: "mean" });
  env.close();
  const { returns } = evaluated!;
  return returns.reduce((sum, value) => sum + value, 0) / returns.length;
}

describe("PPO learns", () => {
  // A pole that is left alone falls within some thirty steps; 950 is Gymnasium's threshold.
  it.each([1, 2, 3])("to balance InvertedPendulum within 40,960 steps, seed %i", async (seed) => {
    const request = { env: "InvertedPendulum-v5", config: { seed }, iterations: 20 };
    expect(await trainedReturn(request)).toBeGreaterThan(950);
  });

  it("to balance CartPole within 51,200 steps: 475 is Gymnasium's threshold", async () => {
    expect(
      await trainedReturn({ env: "CartPole-v1", config: { seed: 5 }, iterations: 25 }),
    ).toBeGreaterThanOrEqual(475);
  });

  it("to run in HalfCheetah: beyond -100 within 40,960 steps, where a random policy has about -280", async () => {
    const request = { env: "HalfCheetah-v5", config: { seed: 4 }, iterations: 20 };
    expect(await trainedReturn(request)).toBeGreaterThan(-100);
  });
});
