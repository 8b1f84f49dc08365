import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { make } from "../../envs/index.js";
import { streamSeed64 } from "../../src/random/index.js";
import { type ActorPoolFactory, createLocalActorPool } from "../../src/rollout/create-actor-pool.js";
import { fingerprint, runPpo } from "../support/ppo-run.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// Workers run compiled modules: this test needs dist, which `npm test` builds first.
const distUrl = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;
const { createActorPool } = (await import(
  distUrl("src/rollout/create-actor-pool-node.js")
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

  it.each([
    ["to get NaN", "return { ...result, reward: NaN };"],
    ["to throw", 'throw new Error("the simulator fell over");'],
  ])(
    "tell the failure that one actor would have met, also when another actor was faster %s",
    async (_how, fail) => {
      // The first environment gives NaN at its step 10, slowly, the last fails at its step 12.
      const module = `
      import { make as makeBuiltIn } from ${JSON.stringify(new URL("../../dist/envs/index.js", import.meta.url).href)};
      const seeds = { "${streamSeed64(1, "env-0")}": [10, 20], "${streamSeed64(1, "env-4")}": [12, 0] };
      export async function make(id, options) {
        const env = await makeBuiltIn(id, options);
        let [steps, at, pause] = [0, -1, 0];
        const { reset, step } = env;
        env.reset = (how) => {
          if (how?.seed !== undefined) [at, pause] = seeds[how.seed] ?? [-1, 0];
          return reset.call(env, how);
        };
        env.step = (action) => {
          steps += 1;
          if (pause > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
          const result = step.call(env, action);
          if (steps !== at) return result;
          if (pause > 0) return { ...result, reward: NaN };
          ${fail}
        };
        return env;
      }`;
      const url = `data:text/javascript,${encodeURIComponent(module)}`;
      const broken = runPpo({
        ...request,
        createActorPool: (setup) =>
          createActorPool(2, makeEnv)({ ...setup, env: { ...setup.env, module: url } }),
      });
      await expect(broken).rejects.toThrow("environment 0 gave a reward of NaN at its step 10,");
    },
  );

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

describe("an actor thread that ends in the middle of a rollout", () => {
  /** Trains in two threads; one ends at step 100 of an environment, `times` times over. */
  async function trainEnding(
    times: number,
    options: { moments?: string; isSaved?: boolean; end?: string } = {},
  ) {
    const { moments = "per_rollout", isSaved = true, end = "process.exit(3);" } = options;
    const folder = temporaryFolder();
    const left = join(folder, "left");
    writeFileSync(left, String(times));
    const module = join(folder, "ending-env.mjs");
    writeFileSync(
      module,
      `import { readFileSync, writeFileSync } from "node:fs";
       import { make as makeWhole } from ${JSON.stringify(distUrl("envs/index.js"))};
       export async function make(id, options) {
         const env = await makeWhole(id, options);
         const step = env.step.bind(env);
         let steps = 0;
         env.step = (action) => {
           const left = Number(readFileSync(${JSON.stringify(left)}, "utf8"));
           steps += 1;
           if (steps === 100 && left > 0) {
             writeFileSync(${JSON.stringify(left)}, String(left - 1));
             ${end}
           }
           return step(action);
         };
         if (!${isSaved}) Object.defineProperty(env, "state", { value: undefined });
         return env;
       }`,
    );
    const config = { ...request.config, observation_moments: moments };
    const pool: ActorPoolFactory = (setup) =>
      createActorPool(2, makeEnv)({ ...setup, env: { ...setup.env, module: pathToFileURL(module).href } });
    return { config, training: runPpo({ ...request, config, createActorPool: pool }) };
  }

  it.each(["per_rollout", "per_step"])(
    "is replaced, and nothing shows of it (%s moments)",
    async (moments) => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      const { config, training } = await trainEnding(1, { moments });
      const whole = await runPpo({ ...request, config, createActorPool: createLocalActorPool(makeEnv) });
      expect(fingerprint(await training)).toBe(fingerprint(whole));
      expect(warn.mock.calls).toEqual([
        [
          "warning: An actor thread ended unexpectedly (exit code 3). " +
            "A new one does its rollout again; the results are the same.",
        ],
      ]);
      warn.mockRestore();
    },
  );

  it("ends the training the second time", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { training } = await trainEnding(2);
    await expect(training).rejects.toThrow("An actor thread ended unexpectedly (exit code 3).");
    warn.mockRestore();
  });

  it("by an error of a timer of its environment, tells that error and where it was thrown", async () => {
    // The worker's event loop gets its turn between two rollouts.
    const end = 'setTimeout(() => { throw new TypeError("a timer of the environment"); }, 0);';
    const { training } = await trainEnding(1, { isSaved: false, end });
    const error = (await training.catch((reason: unknown) => reason)) as Error;
    expect(error.message).toBe("An actor thread ended unexpectedly (a timer of the environment).");
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).stack).toContain("ending-env.mjs");
  });

  it("ends the training when its environment can't be saved", async () => {
    const { training } = await trainEnding(1, { isSaved: false });
    await expect(training).rejects.toThrow("An actor thread ended unexpectedly (exit code 3).");
  });
});
