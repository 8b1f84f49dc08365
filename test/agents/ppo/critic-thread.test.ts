import { Worker } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import { CriticExchange } from "../../../agents/ppo/critic-thread.js";
import { Arena } from "../../../src/kernels/arena.js";
import { parameterLayout } from "../../../src/policy/network.js";
import { fingerprint, runPpo } from "../../support/ppo-run.js";

// The worker runs compiled modules: this test needs dist, which `npm test` builds first.
const { createCriticThread } = (await import(
  new URL("../../../dist/agents/ppo/critic-thread-node.js", import.meta.url).href
)) as typeof import("../../../agents/ppo/critic-thread-node.js");

/** Minibatches of 80 and, with the rest, of 106: a block of 64 and one of 42, which is no multiple of a vector's four. */
const config = { num_envs: 2, num_steps: 93, minibatch_size: 80, epochs: 2, hidden_sizes: [16, 8] };

describe("the critic's thread", () => {
  it.each([
    { title: "the default recipe", config },
    { title: "the scalar twin", config: { ...config, device: "scalar" } },
    { title: "a clipped value loss", config: { ...config, value_clip_range: 0.1 } },
    { title: "Adam, advantages anew each epoch", preset: "tianshou", config },
    { title: "an early stop", config: { ...config, kl_stop: "minibatch", target_kl: 1e-4 } },
  ])("gives the bits of one thread: $title", async (request) => {
    const run = { env: "InvertedPendulum-v5", iterations: 4, ...request };
    const alone = await runPpo(run);
    expect(fingerprint(await runPpo({ ...run, createCriticThread }))).toBe(fingerprint(alone));
  });

  it("is not taken to have answered when a late notification wakes its caller", async () => {
    const exchange = CriticExchange.create(Arena.create());
    exchange.ask(0, 0);
    const { words } = exchange;
    // Notifies without an answer, again and again, and ends with the answer.
    const notifier = new Worker(
      `const { workerData: words } = require("node:worker_threads");
       for (let i = 0; i < 20; i++) { Atomics.wait(words, 3, 0, 5); Atomics.notify(words, 1); }
       Atomics.add(words, 1, 1);
       Atomics.notify(words, 1);`,
      { eval: true, workerData: words },
    );
    let waits = 0;
    while (!exchange.awaitAnswer(0, 1000)) waits += 1;
    expect(Atomics.load(words, 1)).toBe(1);
    expect(waits).toBeGreaterThan(0);
    await notifier.terminate();
  });

  it("says what it lacks when it can't start", async () => {
    const shape = { observationSize: 3, actionSize: 1, hiddenSizes: [4], activation: "tanh" as const };
    const starting = createCriticThread({
      arena: Arena.create(),
      device: "simd",
      shape,
      layout: parameterLayout(shape),
      settings: { valueCoefficient: 0.5, valueClipRange: null },
    });
    await expect(starting).rejects.toThrow('The arena has no f32 region "parameters".');
  });

  it.each([
    ["before its first minibatch", 0],
    ["in the middle of one", 3],
  ])("leaves its half to the caller when it is gone, and says so: %s", async (_when, questions) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const run = { env: "InvertedPendulum-v5", config, iterations: 2 };
    const broken = await runPpo({
      ...run,
      createCriticThread: async (setup) => {
        const thread = await createCriticThread(setup);
        if (questions === 0) await thread.close();
        let asked = 0;
        return {
          start(start, end) {
            thread.start(start, end);
            asked += 1;
            // Its gradients may be written by half when it ends.
            if (asked === questions) void thread.close();
          },
          finish: async () => {
            if (asked === questions) await new Promise((resolve) => setTimeout(resolve, 20));
            return thread.finish();
          },
          close: () => thread.close(),
        };
      },
    });
    expect(warn.mock.calls).toEqual([
      ["warning: The critic's thread is closed. Going on without it; the results are the same."],
    ]);
    warn.mockRestore();
    expect(fingerprint(broken)).toBe(fingerprint(await runPpo(run)));
  });
});
