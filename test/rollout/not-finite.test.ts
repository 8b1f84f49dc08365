import { describe, expect, it } from "vitest";
import { type AnyEnv, make } from "../../envs/index.js";
import { createLocalActorPool } from "../../src/rollout/create-actor-pool.js";
import { runPpo } from "../support/ppo-run.js";

/** An environment that gives what is no number at one step of its life. */
async function spoiled(step: number, spoil: (result: ReturnType<AnyEnv["step"]>) => object): Promise<AnyEnv> {
  const env = await make("InvertedPendulum-v5");
  let steps = 0;
  return new Proxy(env, {
    get(target, name) {
      if (name !== "step") return Reflect.get(target, name, target);
      return (action: Float32Array) => {
        const result = target.step(action);
        steps += 1;
        return steps === step ? { ...result, ...spoil(result) } : result;
      };
    },
  });
}

function train(step: number, spoil: Parameters<typeof spoiled>[1]) {
  let made = 0;
  return runPpo({
    env: "InvertedPendulum-v5",
    config: { num_envs: 2, num_steps: 64, minibatch_size: 32, epochs: 1, hidden_sizes: [8] },
    iterations: 2,
    // The second environment is the one that breaks.
    createActorPool: createLocalActorPool(async () =>
      made++ === 1 ? spoiled(step, spoil) : make("InvertedPendulum-v5"),
    ),
  });
}

describe("what is no number stops a training where it arises", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])("a reward of %d", async (reward) => {
    await expect(train(70, () => ({ reward }))).rejects.toThrow(
      new RegExp(`^Environment 1 gave a reward of ${reward} at its step 70, step \\d+ of its episode`),
    );
  });

  it("an observation", async () => {
    await expect(
      train(3, () => ({ observation: Float64Array.of(0, 1, Number.NEGATIVE_INFINITY, 2) })),
    ).rejects.toThrow(
      "Environment 1 gave an observation with -Infinity at index 2 at its step 3, step 3 of its episode",
    );
  });
});
