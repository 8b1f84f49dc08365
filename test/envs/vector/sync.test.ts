import { describe, expect, it } from "vitest";
import { type AnyEnv, TransformObservation } from "../../../envs/index.js";
import {
  type AutoresetMode,
  makeVec,
  RecordVectorEpisodeStatistics,
  SyncVectorEnv,
} from "../../../envs/vector/index.js";
import { expectRecorded, MODES, type RecordedRun, recordedRuns } from "./recorded-run.js";

function make(run: RecordedRun): Promise<SyncVectorEnv> {
  return makeVec(run.id, {
    numEnvs: run.max_episode_steps.length,
    autoreset: MODES[run.autoreset],
    kwargs: run.max_episode_steps.map((limit) => ({ max_episode_steps: limit })),
  });
}

describe("a vector environment in one thread", () => {
  it("has records of every autoreset mode", () => {
    const covered = new Set(recordedRuns.map(({ id, autoreset }) => `${id} ${autoreset}`));
    expect(covered.size).toBe(9);
  });

  it.each(recordedRuns)("repeats $name as Gymnasium recorded it", async (run) => {
    const envs = await make(run);
    await expectRecorded(run.statistics ? new RecordVectorEpisodeStatistics(envs) : envs, run);
    envs.close();
  });

  it("batches the spaces, with the generator of the single one", async () => {
    const envs = await makeVec("Pendulum-v1", { numEnvs: 2 });
    expect(String(envs.singleObservationSpace)).toBe("Box([-1 -1 -8], [1 1 8], (3), float32)");
    expect(String(envs.observationSpace)).toBe("Box([-1 -1 -8 -1 -1 -8], [1 1 8 1 1 8], (2, 3), float32)");
    expect(String(envs.actionSpace)).toBe("Box(-2, 2, (2, 1), float32)");
    envs.singleActionSpace.seed(3);
    const single = envs.singleActionSpace.sample();
    envs.actionSpace.seed(3);
    expect(envs.actionSpace.sample().slice(0, 1)).toEqual(single);
  });

  it("steps Discrete actions, one whole number for each sub-environment", async () => {
    const envs = await makeVec("CartPole-v1", { numEnvs: 2 });
    expect(String(envs.singleActionSpace)).toBe("Discrete(2)");
    expect(String(envs.actionSpace)).toBe("MultiDiscrete([2 2])");
    envs.reset({ seed: 5 });
    const { observations } = envs.step(Int32Array.of(0, 1));
    for (const i of [0, 1]) {
      const [single] = (await makeVec("CartPole-v1")).envs;
      single!.reset({ seed: 5 + i });
      expect(observations.slice(4 * i, 4 * i + 4)).toEqual(single!.step(i).observation);
    }
    expect(() => envs.step([0, 0.5])).toThrow(
      "A choice is a whole number of 32 bits; the one of sub-environment 1 is 0.5.",
    );
  });

  it("gives copies, or its own buffer when asked", async () => {
    for (const copy of [true, false]) {
      const envs = await makeVec("Pendulum-v1", { numEnvs: 2, copy });
      const { observations } = envs.reset({ seed: 1 });
      const before = [...observations];
      const next = envs.step(Float32Array.of(1, -1));
      expect(next.observations === observations).toBe(!copy);
      expect([...observations]).toEqual(copy ? before : [...next.observations]);
    }
  });

  it("seeds sub-environment i with the seed + i, also beyond the whole numbers that a number holds", async () => {
    const envs = await makeVec("Pendulum-v1", { numEnvs: 2 });
    const [single] = (await makeVec("Pendulum-v1")).envs;
    for (const seed of [12, 2n ** 64n, Number.MAX_SAFE_INTEGER]) {
      const { observations } = envs.reset({ seed });
      for (const i of [0, 1]) {
        const { observation } = single!.reset({ seed: BigInt(seed) + BigInt(i) });
        expect(observations.slice(3 * i, 3 * i + 3)).toEqual(observation);
      }
    }
  });

  it("hands on options without the mask, and leaves the caller's as they are", async () => {
    const seen: unknown[] = [];
    const envs = await makeVec("Pendulum-v1", {
      numEnvs: 2,
      wrappers: [
        (env) => {
          const reset = env.reset.bind(env);
          env.reset = (options) => {
            seen.push(options);
            return reset(options);
          };
          return env;
        },
      ],
    });
    const options = { reset_mask: [false, true], low: 1 };
    envs.reset({ seed: 4, options });
    expect(seen).toEqual([{ seed: 5, options: { low: 1 } }]);
    expect(options).toEqual({ reset_mask: [false, true], low: 1 });
  });

  it("with autoreset disabled refuses to step what has ended, before anything is stepped", async () => {
    const envs = await makeVec("Pendulum-v1", {
      numEnvs: 3,
      autoreset: "disabled",
      kwargs: [{ max_episode_steps: 1 }, {}, { max_episode_steps: 1 }],
    });
    envs.reset({ seed: 0 });
    const { observations, truncations } = envs.step(new Float32Array(3));
    expect(() => envs.step(new Float32Array(3))).toThrow(
      "The episodes at indices 0, 2 have ended; with autoreset disabled, reset them with options.reset_mask before the next step.",
    );
    const reset = envs.reset({ options: { reset_mask: truncations } });
    // Index 1 was not stepped by the refused call, and is not reset.
    expect(reset.observations.slice(3, 6)).toEqual(observations.slice(3, 6));
    expect([...envs.step(new Float32Array(3)).truncations]).toEqual([1, 0, 1]);
  });

  it.each([
    [
      { seed: [1, 2, 3] },
      "seed must be a whole number or a list of 2, one per sub-environment; got a list of 3.",
    ],
    [
      { options: { reset_mask: 1 } },
      "options.reset_mask must be booleans or a Uint8Array of 0 and 1, got 1.",
    ],
    [
      { options: { reset_mask: [true] } },
      "options.reset_mask must have one entry per sub-environment (2), got 1.",
    ],
    [{ options: { reset_mask: [1, 0] } }, "options.reset_mask may hold only booleans; entry 0 is 1."],
    [
      { options: { reset_mask: Uint8Array.of(0, 2) } },
      "options.reset_mask may hold only 0 and 1; entry 1 is 2.",
    ],
    [
      { options: { reset_mask: [false, false] } },
      "options.reset_mask must have at least one sub-environment set.",
    ],
  ])("refuses reset(%j)", async (options, message) => {
    const envs = await makeVec("Pendulum-v1", { numEnvs: 2 });
    expect(() => envs.reset(options)).toThrow(message);
  });

  it("refuses actions of another length, and everything once it is closed", async () => {
    const envs = await makeVec("Pendulum-v1", { numEnvs: 2 });
    envs.reset({ seed: 0 });
    expect(() => envs.step([1])).toThrow("Actions must be 2 numbers (2 sub-environments, 1 each), got 1.");
    const state = envs.state();
    envs.close();
    envs.close();
    for (const [name, call] of Object.entries({
      reset: () => envs.reset(),
      step: () => envs.step([0, 0]),
      state: () => envs.state(),
      restore: () => envs.restore(state),
    })) {
      expect(call).toThrow(`${name}() was called on a vector environment that is closed.`);
    }
  });

  it("refuses an observation that is not of its space's length, and a choice that 32 bits don't hold", async () => {
    const shortened = (env: AnyEnv) =>
      new TransformObservation<Float32Array, number, Float32Array>(env, (observation) =>
        observation.slice(1),
      );
    const envs = await makeVec("CartPole-v1", { numEnvs: 2, wrappers: [shortened] });
    expect(() => envs.reset({ seed: 0 })).toThrow(
      "Sub-environment 0 gave an observation of 3 numbers; its space has 4.",
    );
    const carts = await makeVec("CartPole-v1", { numEnvs: 2 });
    carts.reset({ seed: 0 });
    expect(() => carts.step([1, 4294967297])).toThrow(
      "A choice is a whole number of 32 bits; the one of sub-environment 1 is 4294967297.",
    );
  });

  it("refuses environments whose spaces differ, and a state of other environments", async () => {
    const [pendulum, cart] = [await makeVec("Pendulum-v1"), await makeVec("InvertedPendulum-v5")];
    expect(() => new SyncVectorEnv([...pendulum.envs, ...cart.envs])).toThrow(
      "The observation space of sub-environment 1 is Box(-Infinity, Infinity, (4), float64), but that of " +
        "sub-environment 0 is Box([-1 -1 -8], [1 1 8], (3), float32); a vector environment needs equal ones.",
    );
    expect(() => pendulum.restore(cart.state())).toThrow(
      "The state is of 1 sub-environments and 4 observed numbers; this vector environment has 1 and 3.",
    );
    cart.close();
  });
});

describe("makeVec", () => {
  const refusal = (options: object) =>
    makeVec("Pendulum-v1", options).then(
      () => "made",
      (error: Error) => error.message,
    );

  it("refuses what it can't take", async () => {
    expect(await refusal({ numEnvs: 0 })).toBe("numEnvs must be a whole number of at least 1, got 0.");
    expect(await refusal({ autoreset: "samestep" as AutoresetMode })).toBe(
      'makeVec knows no autoreset "samestep"; there are next_step, same_step, disabled. Did you mean "same_step"?',
    );
    expect(await refusal({ num_envs: 3 })).toContain('Did you mean "numEnvs"?');
    expect(await refusal({ numEnvs: 2, kwargs: [{}] })).toBe(
      "kwargs must be one object, or a list of 2, one per sub-environment; got a list of 1.",
    );
    expect(await refusal({ mode: "async", wrappers: [(env: unknown) => env] })).toContain(
      "wrappers are functions and can't be sent to worker threads",
    );
    expect(await refusal({ threads: 3 })).toBe("threads (3) needs mode async.");
    expect(await refusal({ kwargs: { gravity: 3 } })).toBe(
      'Pendulum-v1 has no argument "gravity"; it takes g, max_episode_steps.',
    );
  });
});
