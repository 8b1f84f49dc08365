import { describe, expect, it } from "vitest";
import {
  type AutoresetMode,
  Box,
  ClipVectorAction,
  ClipVectorReward,
  DictInfoToList,
  type FloatArray,
  InvalidBound,
  makeVec,
  NormalizeVectorObservation,
  NormalizeVectorReward,
  RescaleVectorAction,
  TransformVectorAction,
  TransformVectorObservation,
  TransformVectorReward,
  type VectorEnv,
  VectorWrapper,
} from "../../../envs/index.js";
import { readFixtures } from "../../support/fixtures.js";
import { fingerprint } from "../../support/ppo-run.js";
import { MODES } from "./recorded-run.js";
import { ScriptedVectorEnv } from "./scripted-vector-env.js";

interface Moments {
  mean: number[] | number;
  var: number[] | number;
  count: number;
}

interface RewardStep extends Moments {
  in: number[];
  out: number[];
  accumulated: number[];
  terminated: boolean[];
  truncated: boolean[];
}

interface VectorRecords {
  NormalizeObservation: {
    envs: number;
    size: number;
    dtype: "float32" | "float64";
    batches: (Moments & { in: number[]; out: number[] })[];
  }[];
  NormalizeReward: { envs: number; autoreset: keyof typeof MODES; gamma: number; steps: RewardStep[] }[];
  ClipAction: { in: number[][]; out: number[][] };
  RescaleAction: { in: number[][]; out: number[][] };
}

type SpecifiedStep = Moments & Pick<RewardStep, "accumulated"> & { reward: number[] };

interface SpecifiedRecords {
  obs_sequence: number[][];
  reward_sequence: number[];
  terminated: number[];
  truncated: number[];
  "vector.NormalizeObservation": (Moments & { obs: number[][] })[];
  "vector.NormalizeReward.NextStep": (SpecifiedStep & Pick<RewardStep, "terminated" | "truncated">)[];
}

const records = readFixtures<VectorRecords>("vector-wrappers")[0]!.data;
const specified = readFixtures<{ wrappers?: SpecifiedRecords }>("mujoco").find(({ data }) => data.wrappers)!
  .data.wrappers!;

const plays = (steps: readonly RewardStep[], autoreset: AutoresetMode) =>
  new ScriptedVectorEnv({
    numEnvs: steps[0]!.in.length,
    autoreset,
    rewards: steps.map((step) => step.in),
    terminated: steps.map(({ terminated }) => terminated),
    truncated: steps.map(({ truncated }) => truncated),
  });

const NO_ACTIONS = [0, 0];

function expectMoments(env: NormalizeVectorObservation | NormalizeVectorReward, wanted: Moments): void {
  expect([...env.moments.mean]).toEqual([wanted.mean].flat());
  expect([...env.moments.variance]).toEqual([wanted.var].flat());
  expect(env.moments.count).toBe(wanted.count);
}

describe("NormalizeVectorObservation", () => {
  it("repeats the specification's batches without error", async () => {
    const batches = specified["vector.NormalizeObservation"];
    // The record's second sub-environment observes 1.7 x + 0.1 where the first observes x; after the fourth batch its
    // vector resets, which shows that one again.
    const observations = [0, 1, 2, 3, 3, 4].map((index) => {
      const row = specified.obs_sequence[index]!;
      return Float64Array.from([...row, ...row.map((x) => 1.7 * x + 0.1)]);
    });
    const env = new NormalizeVectorObservation(new ScriptedVectorEnv({ numEnvs: 2, observations }));
    for (const [t, batch] of batches.entries()) {
      const shown = await (t === 0 ? env.reset() : env.step(NO_ACTIONS));
      expect([...shown.observations]).toEqual(batch.obs.flat());
      expectMoments(env, batch);
    }
  });

  it.each(records.NormalizeObservation)(
    "repeats Gymnasium's moments of $envs rows of $size in $dtype without error",
    async ({ envs, dtype, batches }) => {
      const typed = dtype === "float32" ? Float32Array : Float64Array;
      const observations = batches.map((batch): FloatArray => typed.from(batch.in));
      const env = new NormalizeVectorObservation(new ScriptedVectorEnv({ numEnvs: envs, observations }));
      for (const [t, batch] of batches.entries()) {
        const shown = await (t === 0 ? env.reset() : env.step(NO_ACTIONS));
        expect(shown.observations).toEqual(Float32Array.from(batch.out));
        expectMoments(env, batch);
      }
    },
  );

  it("leaves observations as they are while frozen from the start, and shows unbounded spaces", async () => {
    const observations = [Float64Array.of(0.5, -2)];
    const env = new NormalizeVectorObservation(new ScriptedVectorEnv({ numEnvs: 2, observations }), 3);
    env.updateRunningMean = false;
    expect((await env.reset()).observations).toEqual(Float32Array.of(0.25, -1));
    expect(String(env.singleObservationSpace)).toBe("Box(-Infinity, Infinity, (1), float32)");
    expect(String(env.observationSpace)).toBe("Box(-Infinity, Infinity, (2, 1), float32)");
  });

  it("takes next_step only, a positive epsilon, and no mask that leaves one out", async () => {
    const vector = (autoreset: AutoresetMode) => new ScriptedVectorEnv({ numEnvs: 2, autoreset });
    expect(() => new NormalizeVectorObservation(vector("disabled"))).toThrow(
      "NormalizeVectorObservation takes a vector with autoreset next_step only, got disabled.",
    );
    expect(() => new NormalizeVectorObservation(vector("same_step"))).toThrow(
      "NormalizeVectorObservation takes no vector with autoreset same_step",
    );
    expect(() => new NormalizeVectorObservation(vector("next_step"), 0)).toThrow(InvalidBound);
    const env = new NormalizeVectorObservation(vector("next_step"));
    expect(() => env.reset({ options: { reset_mask: [true, false] } })).toThrow(
      "NormalizeVectorObservation would count the observations that a mask leaves out twice",
    );
    await env.reset({ options: { reset_mask: [true, true] } });
    expect(env.moments.count).toBe(2.0001);
  });
});

describe("NormalizeVectorReward", () => {
  const expectSteps = async (env: NormalizeVectorReward, steps: readonly RewardStep[]) => {
    await env.reset();
    for (const step of steps) {
      expect([...(await env.step([])).rewards]).toEqual(step.out);
      expect([...env.accumulatedRewards]).toEqual(step.accumulated);
      expectMoments(env, step);
    }
  };

  it.each(records.NormalizeReward)(
    "repeats Gymnasium's rewards of $envs sub-environments without error ($autoreset)",
    async ({ autoreset, gamma, steps }) =>
      expectSteps(new NormalizeVectorReward(plays(steps, MODES[autoreset]), gamma), steps),
  );

  it.each(["NextStep", "SameStep", "Disabled"] as const)(
    "repeats the specification's rewards without error (%s)",
    async (mode) => {
      const wanted = specified[`vector.NormalizeReward.${mode}` as "vector.NormalizeReward.NextStep"];
      // With next_step the record resets in the step after a termination, and goes on with the next reward.
      let next = 0;
      const steps = wanted.map(({ reward: out, ...step }) => {
        const played =
          mode === "NextStep" && out.every((reward) => reward === 0) ? 0 : specified.reward_sequence[next++]!;
        return { ...step, out, in: [played, 1.7 * played] };
      });
      await expectSteps(new NormalizeVectorReward(plays(steps, MODES[mode])), steps);
    },
  );

  it("forgets all sums at a reset, also one with a mask, and keeps the variance", async () => {
    const { steps } = records.NormalizeReward[0]!;
    const env = new NormalizeVectorReward(plays(steps, "next_step"));
    await env.reset();
    await env.step([]);
    const { count } = env.moments;
    await env.reset({ options: { reset_mask: [true, false, false] } });
    expect([...env.accumulatedRewards]).toEqual([0, 0, 0]);
    expect(env.moments.count).toBe(count);
  });

  it("divides by a frozen variance, that of the start being 1, and refuses what has no meaning", async () => {
    const env = new NormalizeVectorReward(new ScriptedVectorEnv({ numEnvs: 2, rewards: [[1, -3]] }), 0.5, 3);
    env.updateRunningMean = false;
    await env.reset();
    expect([...(await env.step(NO_ACTIONS)).rewards]).toEqual([0.5, -1.5]);
    expect(() => new NormalizeVectorReward(env, 1.5)).toThrow(
      "NormalizeVectorReward: gamma must lie in [0, 1], got 1.5.",
    );
    expect(() => new NormalizeVectorReward(env, 1, 0)).toThrow(InvalidBound);
  });
});

describe("actions of a vector", () => {
  const singleActionSpace = new Box([-1, -2], [1, 0.5], [2]);
  const acting = () => new ScriptedVectorEnv({ numEnvs: 3, singleActionSpace });

  it.each([
    [
      "ClipAction",
      (env: VectorEnv) => new ClipVectorAction(env),
      "Box(-Infinity, Infinity, (3, 2), float32)",
    ],
    [
      "RescaleAction",
      (env: VectorEnv) => new RescaleVectorAction(env, [0, -0.3], [0.7, 0.9]),
      `Box([0 ${Math.fround(-0.3)}`,
    ],
  ] as const)("are those that Gymnasium's %s hands on, row by row", async (name, wrap, space) => {
    const inner = acting();
    const env = wrap(inner);
    const given = Float32Array.from(records[name].in.flat());
    await env.step(given);
    expect(inner.actions[0]).toEqual(Float32Array.from(records[name].out.flat()));
    // Gymnasium writes into the caller's array where the spaces are equal.
    expect(given).toEqual(Float32Array.from(records[name].in.flat()));
    expect(String(env.actionSpace)).toContain(space);
  });

  it("are what a function makes of the batch, in the space given with it", async () => {
    const inner = acting();
    const env = new TransformVectorAction(
      inner,
      (actions) => Array.from(actions).flatMap((action) => [action, 0]),
      new Box(0, 5, [1]),
    );
    await env.step([1, 2, 3]);
    expect(inner.actions).toEqual([[1, 0, 2, 0, 3, 0]]);
    expect(String(env.actionSpace)).toBe("Box(0, 5, (3, 1), float32)");
    expect(String(env.singleActionSpace)).toBe("Box(0, 5, (1), float32)");
  });

  it("refuse bounds without meaning and spaces without bounds", async () => {
    expect(() => new RescaleVectorAction(acting(), 1, 1)).toThrow(
      "RescaleVectorAction: low and high are both 1 (component 0): no action could be told from another.",
    );
    const cart = await makeVec("CartPole-v1");
    expect(() => new ClipVectorAction(cart)).toThrow(
      "ClipVectorAction needs a Box as action space; the environment has Discrete(2).",
    );
  });
});

describe("observations and rewards of a vector", () => {
  const observations = [Float64Array.of(1, 2), Float64Array.of(3, 4)];
  const script = { numEnvs: 2, observations, rewards: [[-3, 7]] };

  it("are what a function makes of the batch", async () => {
    const double = (values: FloatArray) => values.map((value) => 2 * value) as FloatArray;
    const env = new TransformVectorObservation(
      new ScriptedVectorEnv(script),
      double,
      new Box(0, 9, [1], "float64"),
    );
    expect((await env.reset()).observations).toEqual(Float64Array.of(2, 4));
    expect((await env.step(NO_ACTIONS)).observations).toEqual(Float64Array.of(6, 8));
    expect(String(env.observationSpace)).toBe("Box(0, 9, (2, 1), float64)");
    const rewarded = new TransformVectorReward(new ScriptedVectorEnv(script), (r) => r.map((x) => x + 1));
    expect((await rewarded.step(NO_ACTIONS)).rewards).toEqual(Float64Array.of(-2, 8));
  });

  it("are clipped to one bound or two, but not to none", async () => {
    const clipped = async (bounds: { min?: number; max?: number }) =>
      (await new ClipVectorReward(new ScriptedVectorEnv(script), bounds).step(NO_ACTIONS)).rewards;
    expect(await clipped({ min: -1, max: 1 })).toEqual(Float64Array.of(-1, 1));
    expect(await clipped({ max: 1 })).toEqual(Float64Array.of(-3, 1));
    await expect(clipped({})).rejects.toThrow("ClipVectorReward: a min or a max must be given.");
  });

  it("are not shown anew where the vector resets in the same step", () => {
    const env = new ScriptedVectorEnv({ numEnvs: 2, autoreset: "same_step" });
    expect(() => new TransformVectorObservation(env, (values) => values)).toThrow(
      "TransformVectorObservation takes no vector with autoreset same_step, whose info.final_obs it would not see; make it with next_step.",
    );
  });
});

describe("DictInfoToList", () => {
  it("gives each sub-environment its own, by the masks, at every level", async () => {
    const info = {
      x: Float64Array.of(4, 0),
      _x: Uint8Array.of(1, 0),
      q: Float32Array.of(0, 0, 5, 6),
      _q: Uint8Array.of(0, 1),
      name: ["a", null],
      _name: Uint8Array.of(1, 0),
      part: { y: Float64Array.of(0, 9), _y: Uint8Array.of(0, 1) },
      _part: Uint8Array.of(1, 1),
      everyone: Float64Array.of(1, 2),
    };
    const env = new DictInfoToList(new ScriptedVectorEnv({ numEnvs: 2, info }));
    const wanted = [
      { x: 4, name: "a", part: {}, everyone: 1 },
      { q: Float32Array.of(5, 6), part: { y: 9 }, everyone: 2 },
    ];
    expect((await env.reset()).info).toEqual(wanted);
    expect((await env.step(NO_ACTIONS)).info).toEqual(wanted);
  });

  it("undoes what a vector made of the infos of its environments", async () => {
    const envs = await makeVec("HalfCheetah-v5", { numEnvs: 2 });
    const [single] = (await makeVec("HalfCheetah-v5")).envs;
    const list = new DictInfoToList(envs);
    await list.reset({ seed: 3 });
    const { info } = await list.step(new Float32Array(12).fill(0.5));
    for (const i of [0, 1]) {
      single!.reset({ seed: 3 + i });
      expect(info[i]).toEqual(single!.step(new Float32Array(6).fill(0.5)).info);
    }
    await list.close();
  });
});

describe("saving and restoring a vector wrapper", () => {
  const wrappers: Record<string, (env: VectorEnv) => VectorEnv> = {
    NormalizeVectorObservation: (env) => new NormalizeVectorObservation(env),
    NormalizeVectorReward: (env) => new NormalizeVectorReward(env),
    "a stack of them": (env) =>
      new ClipVectorReward(
        new NormalizeVectorReward(new NormalizeVectorObservation(new RescaleVectorAction(env, -1, 1))),
        { max: 3 },
      ),
  };

  it.each(Object.keys(wrappers))("%s goes on bit for bit from any moment", async (name) => {
    const make = async () =>
      wrappers[name]!(
        await makeVec("Pendulum-v1", {
          numEnvs: 3,
          kwargs: [3, 5, 4].map((limit) => ({ max_episode_steps: limit })),
        }),
      );
    const trace = async (env: VectorEnv, steps: number) => {
      const said: string[] = [];
      for (let t = 0; t < steps; t++) said.push(fingerprint((await env.step([t % 2, 0.5, -1])) as never));
      return said;
    };
    const [original, copy] = [await make(), await make()];
    await original.reset({ seed: 1 });
    await copy.reset({ seed: 2 });
    await trace(copy, 2);
    for (const before of [0, 3, 4, 6]) {
      await trace(original, before);
      const saved = await original.state();
      const kept = fingerprint(saved);
      const straight = await trace(original, 9);
      await copy.restore(saved);
      expect(await trace(copy, 9)).toEqual(straight);
      expect(fingerprint(saved)).toBe(kept);
    }
  });

  it("forwards what it doesn't change", async () => {
    const inner = await makeVec("Pendulum-v1", { numEnvs: 2 });
    const env = new VectorWrapper(inner);
    expect([env.numEnvs, env.autoreset]).toEqual([2, "next_step"]);
    expect([env.observationSpace, env.singleObservationSpace]).toEqual([
      inner.observationSpace,
      inner.singleObservationSpace,
    ]);
    await env.close();
  });
});
