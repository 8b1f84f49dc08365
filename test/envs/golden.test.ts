import { describe, expect, it } from "vitest";
import { type AnyEnv, type Box, make, registeredIds, Wrapper } from "../../envs/index.js";
import { readFixtures } from "../support/fixtures.js";

interface EnvRecord {
  id: string;
  kwargs: Record<string, unknown>;
  obs_shape?: number[];
  act_low?: number[];
  act_high?: number[];
  max_episode_steps?: number;
  observation_structure?: Record<string, number> | null;
  dt?: number;
  render_fps?: number;
  reward_threshold?: number | null;
  runs: {
    seed: number;
    reset_obs: number[];
    reset_info: Record<string, number | number[]>;
    steps: {
      t: number;
      /** A number where the action is a choice. */
      a: number[] | number;
      r: number;
      term: boolean;
      trunc: boolean;
      obs?: number[];
      info?: Record<string, number | number[]>;
    }[];
    next_reset_obs: number[];
    next_reset_info: Record<string, number | number[]>;
  }[];
}

type Tolerance = (step: number) => number;

/** The golden files' own tolerances; HalfCheetah's motion is chaotic, so an error grows tenfold every five steps. */
const MUJOCO: Tolerance = (step) => (step <= 1 ? 1e-12 : step <= 20 ? 1e-9 : 1e-8);
const HALF_CHEETAH: Tolerance = (step) =>
  step <= 20 ? MUJOCO(step) : Math.min(1e-9 * 10 ** ((step - 20) / 5), 0.1);
const CLASSIC: Tolerance = (step) => (step <= 20 ? 1e-6 : 1e-4);

function recordsOf(folder: string, toleranceOf: (id: string) => Tolerance) {
  return readFixtures<{ envs?: Record<string, EnvRecord> }>(folder)
    .flatMap(({ data }) => Object.entries(data.envs ?? {}))
    .filter(([, record]) => registeredIds().includes(record.id))
    .flatMap(([name, record]) =>
      record.runs.map((run) => ({ name, record, run, tolerance: toleranceOf(record.id) })),
    );
}

const mujoco = recordsOf("mujoco", (id) => (id.startsWith("HalfCheetah") ? HALF_CHEETAH : MUJOCO));
const recorded = [...mujoco, ...recordsOf("classic", () => CLASSIC)];

describe("environments repeat trajectories recorded with Gymnasium", () => {
  it("has records for every registered environment", () => {
    expect([...new Set(recorded.map(({ record }) => record.id))].sort()).toEqual(registeredIds());
  });

  it("leaves no MuJoCo record out", () => {
    // Eleven v5 and ten v4 environments, and six with arguments.
    expect(new Set(mujoco.map(({ name }) => name)).size).toBe(27);
  });

  it.each(recorded)("$name, seed $run.seed", async ({ record, run, tolerance }) => {
    const env = await make(record.id, record.kwargs);
    const first = env.reset({ seed: run.seed });
    expectClose(first.observation, run.reset_obs, tolerance(1), "reset");
    expectInfo(first.info, run.reset_info, tolerance(1));
    for (const step of run.steps) {
      const result = env.step(typeof step.a === "number" ? step.a : Float32Array.from(step.a));
      const allowed = tolerance(step.t);
      expectNumber(result.reward, step.r, allowed, `reward at ${step.t}`);
      expect([result.terminated, result.truncated]).toEqual([step.term, step.trunc]);
      if (step.obs !== undefined)
        expectClose(result.observation, step.obs, allowed, `observation at ${step.t}`);
      if (step.info !== undefined) expectInfo(result.info, step.info, allowed);
    }
    const next = env.reset();
    expectClose(next.observation, run.next_reset_obs, tolerance(1), "second reset");
    expectInfo(next.info, run.next_reset_info, tolerance(1));
    env.close();
  });

  it.each(recorded.filter(({ run }) => run.seed === 0))(
    "$name: spaces, rates and description, actions sampled from the seed",
    async ({ record, run }) => {
      const env = await make(record.id, record.kwargs);
      if (record.obs_shape !== undefined) expect(env.observationSpace.shape).toEqual(record.obs_shape);
      const { low, high } = env.actionSpace as Box<Float32Array>;
      if (record.act_low !== undefined) expect([...low]).toEqual(record.act_low);
      if (record.act_high !== undefined) expect([...high]).toEqual(record.act_high);
      if (record.max_episode_steps !== undefined)
        expect(env.spec!.maxEpisodeSteps).toBe(record.max_episode_steps);
      if (record.reward_threshold !== undefined)
        expect(env.spec!.rewardThreshold ?? null).toBe(record.reward_threshold);
      const { dt, metadata, observationStructure } = innermost(env) as MujocoAttributes;
      if (record.dt !== undefined) expect(dt).toBe(record.dt);
      if (record.render_fps !== undefined) expect(metadata?.renderFps).toBe(record.render_fps);
      // v4 has none in Gymnasium; ours has the same in both versions.
      if (record.observation_structure !== undefined && !record.id.endsWith("-v4"))
        expect(observationStructure ?? null).toEqual(record.observation_structure);
      env.actionSpace.seed(run.seed);
      for (const step of run.steps) {
        const sample = env.actionSpace.sample();
        // Where they are torques, those of steps 7 and 8 were doubled, to leave the bounds.
        const factor = step.t === 7 || step.t === 8 ? 2 : 1;
        const expected = typeof sample === "number" ? sample : [...sample].map((each) => factor * each);
        expect(expected).toEqual(step.a);
      }
      env.close();
    },
  );
});

/** What MuJoCo environments have beyond the interface. */
interface MujocoAttributes {
  readonly dt?: number;
  readonly metadata?: { readonly renderFps: number };
  readonly observationStructure?: Record<string, number>;
}

function innermost(env: AnyEnv): AnyEnv {
  return env instanceof Wrapper ? innermost(env.env) : env;
}

function expectNumber(actual: number, expected: number, tolerance: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  expect(error, `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}

function expectClose(actual: ArrayLike<number>, expected: number[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    expectNumber(actual[i]!, value, tolerance, `${what}[${i}]`);
  });
}

function expectInfo(
  actual: Record<string, unknown>,
  expected: Record<string, number | number[]>,
  tolerance: number,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(expected)) {
    if (Array.isArray(value)) expectClose(actual[key] as ArrayLike<number>, value, tolerance, key);
    else expectNumber(actual[key] as number, value, tolerance, key);
  }
}
