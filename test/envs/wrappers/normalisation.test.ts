import { describe, expect, it } from "vitest";
import { InvalidBound, NormalizeObservation, NormalizeReward } from "../../../envs/index.js";
import { readFixtures } from "../../support/fixtures.js";
import { NO_ACTION, observationsOf, ScriptedEnv } from "./scripted-env.js";

interface WrapperRecords {
  obs_sequence: number[][];
  reward_sequence: number[];
  terminated: number[];
  truncated: number[];
  NormalizeObservation: { obs: number[]; mean: number[]; var: number[]; count: number; frozen?: boolean }[];
  NormalizeReward: { reward: number; discounted: number; mean: number; var: number; count: number }[];
}

const records = readFixtures<{ wrappers?: WrapperRecords }>("mujoco").find(({ data }) => data.wrappers)!.data
  .wrappers!;

const stepsWith = (flags: readonly number[]) => flags.flatMap((flag, i) => (flag === 1 ? [i + 1] : []));

describe("NormalizeObservation", () => {
  it("repeats Gymnasium's moments and observations without error, the frozen one included", () => {
    const observations = records.obs_sequence.map((values) => Float64Array.from(values));
    const env = new NormalizeObservation(new ScriptedEnv({ observations }));
    records.NormalizeObservation.forEach((record, i) => {
      env.updateRunningMean = record.frozen !== true;
      const { observation } = i === 0 ? env.reset() : env.step(NO_ACTION);
      expect(observation).toBeInstanceOf(Float32Array);
      expect([...observation]).toEqual(record.obs);
      expect([...env.moments.mean]).toEqual(record.mean);
      expect([...env.moments.variance]).toEqual(record.var);
      expect(env.moments.count).toBe(record.count);
    });
  });

  // Gymnasium 1.4.0 with NumPy 2.4.6 on the same observations.
  const single = [
    [0.1, -2.3],
    [3.7, 5.1],
    [-1.9, 0.5],
    [10.3, 0],
  ].map((values) => Float32Array.from(values));

  it("keeps float32 moments of float32 observations, as NumPy does", () => {
    const env = new NormalizeObservation(new ScriptedEnv({ observations: single }));
    expect(observationsOf(env, 3).map((observation) => [...observation])).toEqual([
      [0.000994906760752201, -0.00917442049831152],
      [1.0000419616699219, 1.0000383853912354],
      [-1.0933313369750977, -0.19666777551174164],
      [1.5618774890899658, -0.3073079288005829],
    ]);
    expect([...env.moments.mean]).toEqual([3.0499236583709717, 0.8249794244766235]);
    expect([...env.moments.variance]).toEqual([21.547218322753906, 7.206737041473389]);
  });

  it("leaves observations as they are while frozen from the start, but for epsilon", () => {
    const frozen = (epsilon?: number) => {
      const observations = single.map((values) => Float64Array.from(values));
      const env = new NormalizeObservation(new ScriptedEnv({ observations }), epsilon);
      env.updateRunningMean = false;
      return [...env.reset().observation];
    };
    expect(frozen()).toEqual([0.10000000149011612, -2.299999952316284]);
    expect(frozen(0.5)).toEqual([0.08164965361356735, -1.8779420852661133]);
  });

  it("shows an unbounded float32 space", () => {
    const env = new NormalizeObservation(new ScriptedEnv({ observations: [Float64Array.of(1, 2)] }));
    expect(String(env.observationSpace)).toBe("Box(-Infinity, Infinity, (2), float32)");
  });

  it("refuses an epsilon that isn't above 0", () => {
    const inner = new ScriptedEnv({ observations: [Float64Array.of(1)] });
    for (const epsilon of [0, -1e-8, Number.NaN]) {
      expect(() => new NormalizeObservation(inner, epsilon)).toThrow(
        `NormalizeObservation: epsilon must be above 0, got ${epsilon}.`,
      );
    }
  });
});

describe("NormalizeReward", () => {
  const scripted = () =>
    new ScriptedEnv({
      observations: [Float64Array.of(0)],
      rewards: records.reward_sequence,
      terminated: stepsWith(records.terminated),
      truncated: stepsWith(records.truncated),
    });

  it("repeats Gymnasium's moments and rewards without error, over a termination and a truncation", () => {
    const env = new NormalizeReward(scripted());
    env.reset();
    for (const record of records.NormalizeReward) {
      expect(env.step(NO_ACTION).reward).toBe(record.reward);
      expect(env.discountedReward).toBe(record.discounted);
      expect(env.moments.mean[0]).toBe(record.mean);
      expect(env.moments.variance[0]).toBe(record.var);
      expect(env.moments.count).toBe(record.count);
    }
  });

  it("carries the discounted sum over a reset", () => {
    const env = new NormalizeReward(scripted(), 0.5);
    env.reset();
    env.step(NO_ACTION);
    env.reset();
    env.step(NO_ACTION);
    expect(env.discountedReward).toBe(1 * 0.5 + 1);
  });

  it("divides by a frozen variance, that of the start being 1", () => {
    const env = new NormalizeReward(scripted(), 0.99, 3);
    env.updateRunningMean = false;
    env.reset();
    expect([env.step(NO_ACTION).reward, env.step(NO_ACTION).reward]).toEqual([1 / 2, -2.5 / 2]);
    expect(env.moments.count).toBe(1e-4);
  });

  it("refuses a gamma outside [0, 1] and an epsilon that isn't above 0", () => {
    for (const gamma of [-0.1, 1.1, Number.NaN]) {
      expect(() => new NormalizeReward(scripted(), gamma)).toThrow(
        `NormalizeReward: gamma must lie in [0, 1], got ${gamma}.`,
      );
    }
    expect(() => new NormalizeReward(scripted(), 2)).toThrow(InvalidBound);
    expect(() => new NormalizeReward(scripted(), 0.99, 0)).toThrow(
      "NormalizeReward: epsilon must be above 0, got 0.",
    );
  });
});
