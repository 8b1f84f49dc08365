import { describe, expect, it } from "vitest";
import { type AnyEnv, make, Wrapper } from "../../envs/index.js";
import { createLocalActorPool } from "../../src/rollout/create-actor-pool.js";
import { runPpo } from "../support/ppo-run.js";

type Step = ReturnType<AnyEnv["step"]>;

/** An environment that gives what is no number at one step of its life. */
class Spoiled extends Wrapper<Float64Array, Float32Array> {
  #steps = 0;

  constructor(
    env: AnyEnv,
    readonly at: number,
    readonly spoil: Partial<Step>,
  ) {
    super(env);
  }

  override step(action: Float32Array): Step {
    this.#steps += 1;
    const result = super.step(action);
    return this.#steps === this.at ? { ...result, ...this.spoil } : result;
  }
}

function train(step: number, spoil: Partial<Step>) {
  let made = 0;
  return runPpo({
    env: "InvertedPendulum-v5",
    config: { num_envs: 2, num_steps: 64, minibatch_size: 32, epochs: 1, hidden_sizes: [8] },
    iterations: 2,
    // The second environment is the one that breaks.
    createActorPool: createLocalActorPool(async () => {
      const env = await make("InvertedPendulum-v5");
      return made++ === 1 ? new Spoiled(env, step, spoil) : env;
    }),
  });
}

describe("what is no number stops a training where it arises", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])("a reward of %d", async (reward) => {
    await expect(train(70, { reward })).rejects.toThrow(
      // Of 64 steps an iteration, the 70th is in the second.
      new RegExp(
        `^Iteration 2: environment 1 gave a reward of ${reward} at its step 70, step \\d+ of its episode`,
      ),
    );
  });

  it("an observation", async () => {
    await expect(
      train(3, { observation: Float64Array.of(0, 1, Number.NEGATIVE_INFINITY, 2) }),
    ).rejects.toThrow(
      "Iteration 1: environment 1 gave an observation with -Infinity at index 2 at its step 3, step 3 of its episode.",
    );
  });
});
