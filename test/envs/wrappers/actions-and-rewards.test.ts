import { describe, expect, it } from "vitest";
import {
  Box,
  ClipAction,
  ClipReward,
  InvalidBound,
  RecordEpisodeStatistics,
  RescaleAction,
  TransformAction,
  TransformReward,
} from "../../../envs/index.js";
import { readFixtures } from "../../support/fixtures.js";
import { NO_ACTION, ScriptedEnv } from "./scripted-env.js";

const RESCALE_RECORD = "RescaleAction(-1,1) on low=[-1,-2] high=[1,0.5]";
const records = readFixtures<{ wrappers?: { [RESCALE_RECORD]: { in: number[]; out: number[] }[] } }>(
  "mujoco",
).find(({ data }) => data.wrappers)!.data.wrappers!;

const observations = [Float64Array.of(0)];
const actionSpace = new Box<Float32Array>([-1, -2], [1, 0.5], [2]);
const acting = () => new ScriptedEnv({ observations, actionSpace });
const rewarding = () => new ScriptedEnv({ observations, rewards: [-3, 0.2, 7] });

describe("ClipAction", () => {
  it("hands on actions within the bounds, leaving the caller's as they are", () => {
    const inner = acting();
    const env = new ClipAction(inner);
    env.reset();
    const given = Float32Array.of(5, -7);
    env.step(given);
    env.step(Float32Array.of(0.25, Number.NaN));
    expect(inner.actions).toEqual([Float32Array.of(1, -2), Float32Array.of(0.25, Number.NaN)]);
    expect([...given]).toEqual([5, -7]);
    expect(String(env.actionSpace)).toBe("Box(-Infinity, Infinity, (2), float32)");
  });

  it("refuses an action of another length", () => {
    expect(() => new ClipAction(acting()).step(Float32Array.of(1))).toThrow(
      "An action of 2 numbers was expected, got 1.",
    );
  });
});

describe("RescaleAction", () => {
  it("repeats Gymnasium's actions without error", () => {
    const inner = acting();
    const env = new RescaleAction(inner, -1, 1);
    for (const { in: outer, out } of records[RESCALE_RECORD]) {
      env.step(Float32Array.from(outer));
      expect([...inner.actions.at(-1)!]).toEqual(out);
    }
    expect(String(env.actionSpace)).toBe("Box(-1, 1, (2), float32)");
  });

  it("takes bounds for every component", () => {
    const inner = acting();
    new RescaleAction(inner, [0, -0.3], [0.7, 0.9]).step(Float32Array.of(0.1, 0.2));
    // Gymnasium 1.4.0 with NumPy 2.4.6.
    expect([...inner.actions[0]!]).toEqual([-0.7142857313156128, -0.9583333134651184]);
  });

  it("refuses equal bounds with InvalidBound", () => {
    expect(() => new RescaleAction(acting(), 1, 1)).toThrow(InvalidBound);
  });

  it("refuses equal, crossed and ill-sized bounds, and an inner space without bounds", () => {
    expect(() => new RescaleAction(acting(), [0, 1], 1)).toThrow(
      "RescaleAction: low and high are both 1 (component 1): no action could be told from another.",
    );
    expect(() => new RescaleAction(acting(), 1, -1)).toThrow(
      "RescaleAction: the lower bound 1 must be at most the upper bound -1 (component 0).",
    );
    expect(() => new RescaleAction(acting(), [0], 1)).toThrow(
      "RescaleAction: 1 bounds were given for 2 components (0).",
    );
    expect(() => new RescaleAction(new ClipAction(acting()), -1, 1)).toThrow(
      "RescaleAction: component 0 has the bounds [-Infinity, Infinity], which can't be scaled to [-1, 1]; infinite bounds stay as they are.",
    );
  });
});

describe("TransformAction", () => {
  it("hands on what the function makes of an action", () => {
    const inner = acting();
    const space = new Box<Float32Array>(0, 10, [1]);
    const env = new TransformAction(inner, (action: Float32Array) => Float32Array.of(action[0]!, 0), space);
    env.step(Float32Array.of(3));
    expect(inner.actions).toEqual([Float32Array.of(3, 0)]);
    expect(env.actionSpace).toBe(space);
    expect(new TransformAction(inner, (action: Float32Array) => action).actionSpace).toBe(inner.actionSpace);
  });
});

describe("rewards", () => {
  const rewardsOf = (env: ReturnType<typeof rewarding> | TransformReward<Float64Array, Float32Array>) => {
    env.reset();
    return [1, 2, 3].map(() => env.step(NO_ACTION).reward);
  };

  it("are what a function makes of them", () => {
    expect(rewardsOf(new TransformReward(rewarding(), (reward) => 2 * reward + 1))).toEqual([-5, 1.4, 15]);
  });

  it("are clipped to one bound or two", () => {
    expect(rewardsOf(new ClipReward(rewarding(), { min: -1, max: 1 }))).toEqual([-1, 0.2, 1]);
    expect(rewardsOf(new ClipReward(rewarding(), { max: 1 }))).toEqual([-3, 0.2, 1]);
    expect(rewardsOf(new ClipReward(rewarding(), { min: 0 }))).toEqual([0, 0.2, 7]);
  });

  it("are not clipped to bounds that are none", () => {
    expect(() => new ClipReward(rewarding(), { min: Number.NaN })).toThrow(InvalidBound);
    expect(() => new ClipReward(rewarding(), {})).toThrow("ClipReward: a min or a max must be given.");
    expect(() => new ClipReward(rewarding(), { min: 1, max: 0 })).toThrow(
      "ClipReward: min must be at most max, got 1 and 0.",
    );
  });
});

describe("RecordEpisodeStatistics", () => {
  const scripted = () =>
    new ScriptedEnv({ observations, rewards: [1, 2, 3.5, 4], terminated: [2], truncated: [3] });

  it("reports the sum and the length at an end, and again for steps after it", () => {
    const env = new RecordEpisodeStatistics(scripted(), 3);
    env.reset();
    const infos = [1, 2, 3, 4].map(() => env.step(NO_ACTION).info);
    const t = expect.any(Number);
    expect(infos).toEqual([{}, { episode: { r: 3, l: 2, t } }, { episode: { r: 6.5, l: 3, t } }, {}]);
    expect([env.episodeCount, env.returnQueue, env.lengthQueue]).toEqual([2, [3, 6.5], [2, 3]]);
    expect(env.timeQueue.every((seconds) => seconds >= 0)).toBe(true);
  });

  it("starts anew at a reset and keeps the last episodes only", () => {
    const env = new RecordEpisodeStatistics(scripted(), 2, "stats");
    for (let episode = 0; episode < 2; episode++) {
      env.reset();
      for (let t = 0; t < 3; t++) env.step(NO_ACTION);
    }
    expect([env.episodeCount, env.returnQueue, env.lengthQueue]).toEqual([4, [3, 6.5], [2, 3]]);
    expect(env.timeQueue.length).toBe(2);
  });

  it("refuses a key that the environment uses, and a buffer without room", () => {
    const twice = new RecordEpisodeStatistics(new RecordEpisodeStatistics(scripted()));
    twice.reset();
    twice.step(NO_ACTION);
    expect(() => twice.step(NO_ACTION)).toThrow(
      `RecordEpisodeStatistics: the environment's info has "episode" already; choose another statsKey.`,
    );
    expect(() => new RecordEpisodeStatistics(scripted(), 0)).toThrow(
      "RecordEpisodeStatistics: bufferLength must be a whole number of at least 1, got 0.",
    );
  });
});
