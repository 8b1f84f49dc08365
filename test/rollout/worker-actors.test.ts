import { describe, expect, it } from "vitest";
import { make } from "../../envs/index.js";
import { createLocalActorPool } from "../../src/rollout/create-actor-pool.js";
import { fingerprint, runPpo } from "../support/ppo-run.js";

// Workers run compiled modules: this test needs dist, which `npm test` builds first.
const { createActorPool } = (await import(
  new URL("../../dist/src/rollout/create-actor-pool-node.js", import.meta.url).href
)) as typeof import("../../src/rollout/create-actor-pool-node.js");

const request = {
  env: "InvertedPendulum-v5",
  config: { num_envs: 5, num_steps: 64, minibatch_size: 32, epochs: 2, hidden_sizes: [16, 16] },
  iterations: 3,
};
const makeEnv = ({ id, options }: { id: string; options: Readonly<Record<string, unknown>> }) =>
  make(id, options);

describe("actors in worker threads", () => {
  it.each(["per_rollout", "per_step"])(
    "give the bits of one actor, whatever their number (%s moments)",
    async (moments) => {
      const config = { ...request.config, observation_moments: moments };
      const local = await runPpo({ ...request, config, createActorPool: createLocalActorPool(makeEnv) });
      for (const threads of [2, 3, 5]) {
        const threaded = await runPpo({
          ...request,
          config,
          createActorPool: createActorPool(threads, makeEnv),
        });
        expect(fingerprint(threaded)).toBe(fingerprint(local));
      }
    },
  );

  it("take up a state that another number of threads left", async () => {
    let saved: Awaited<ReturnType<typeof runPpo>> = null;
    const straight = await runPpo(request, async (iteration) => {
      if (iteration.iteration === 2) saved = await iteration.state();
    });
    const resumed = await runPpo({ ...request, from: saved, createActorPool: createActorPool(2, makeEnv) });
    expect(fingerprint(resumed)).toBe(fingerprint(straight));
  });

  it("end with the environment's own error when it can't be made", async () => {
    const broken = runPpo({
      ...request,
      createActorPool: (setup) =>
        createActorPool(2, makeEnv)({ ...setup, env: { ...setup.env, id: "InvertedPendulun-v5" } }),
    });
    await expect(broken).rejects.toThrow(
      'There is no environment "InvertedPendulun-v5". Did you mean "InvertedPendulum"?',
    );
  });
});
