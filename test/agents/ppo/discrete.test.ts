import { describe, expect, it } from "vitest";
import type { Env } from "../../../envs/api/env.js";
import type { StateTree } from "../../../envs/api/state.js";
import { Box, register } from "../../../envs/index.js";
import { Policy } from "../../../src/policy/policy.js";
import { fingerprint, runPpo } from "../../support/ppo-run.js";

/**
 * Shows one of two signs; the right answer is the choice with the sign's own number, counted from 5. Each episode has one
 * step and pays 1 or 0.
 */
class Signs implements Env<Float32Array, number> {
  readonly observationSpace = new Box<Float32Array>(-1, 1, [1]);
  readonly actionSpace = {
    kind: "discrete",
    n: 3,
    start: 5,
    shape: [],
    seed() {},
    sample: () => 5,
    contains: () => true,
  };
  #turn = 0;

  reset() {
    return { observation: this.#observe(), info: {} };
  }

  step(action: number) {
    const reward = action === 5 + (this.#turn % 2) ? 1 : 0;
    this.#turn += 1;
    return { observation: this.#observe(), reward, terminated: true, truncated: false, info: {} };
  }

  close() {}

  state = (): StateTree => ({ turn: this.#turn });

  restore = (state: StateTree): void => {
    this.#turn = (state as { turn: number }).turn;
  };

  #observe(): Float32Array {
    return Float32Array.of(this.#turn % 2 === 0 ? -1 : 1);
  }
}

register({ id: "test/Signs-v0", create: async () => new Signs() });
const request = {
  env: "test/Signs-v0",
  config: { num_envs: 4, num_steps: 64, hidden_sizes: [16], learning_rate: 3e-3, entropy_coefficient: 0.01 },
};

describe("PPO with discrete actions", () => {
  it("learns which choice each observation asks for", async () => {
    let policy: Policy | undefined;
    await runPpo({ ...request, iterations: 12 }, (iteration) => {
      policy = new Policy(iteration.policy());
    });
    expect([policy!.act([-1]), policy!.act([1])]).toEqual([5, 6]);
  });

  it("goes on from a saved state bit for bit, on either device", async () => {
    let saved: StateTree = null;
    const straight = await runPpo({ ...request, iterations: 4 }, async (iteration) => {
      if (iteration.iteration === 2) saved = await iteration.state();
    });
    const config = { ...request.config, device: "scalar" };
    const resumed = await runPpo({ ...request, config, iterations: 4, from: saved });
    expect(fingerprint(resumed)).toBe(fingerprint(straight));
  });
});
