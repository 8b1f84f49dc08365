import { describe, expect, it } from "vitest";
import { normalize, RunningMoments } from "../../src/policy/moments.js";
import { RewardScaler } from "../../src/rollout/reward-scaler.js";
import { readFixtures } from "../support/fixtures.js";

describe("running moments", () => {
  it("are the mean and the population variance of what was pushed, the start weighing a ten-thousandth", () => {
    const moments = new RunningMoments(1);
    for (const x of [1, 2, 3, 6]) moments.push([x]);
    expect(moments.count).toBeCloseTo(4.0001, 12);
    expect(moments.mean[0]).toBeCloseTo(12 / 4.0001, 12);
    // Σx² = 50, and the start counts as 1e-4 observations of mean 0, variance 1.
    expect(moments.variance[0]).toBeCloseTo((50 + 1e-4) / 4.0001 - (12 / 4.0001) ** 2, 12);
  });

  it("merge as if everything had been pushed to one", () => {
    const [all, left, right] = [new RunningMoments(2), new RunningMoments(2), new RunningMoments(2)];
    right.clear();
    const rows = Array.from({ length: 20 }, (_, i) => [i * i, 7 - i]);
    rows.forEach((row, i) => {
      all.push(row);
      (i < 8 ? left : right).push(row);
    });
    left.merge(right);
    expect(left.count).toBeCloseTo(all.count, 12);
    for (const j of [0, 1]) {
      expect(left.mean[j]! / all.mean[j]!).toBeCloseTo(1, 12);
      expect(left.variance[j]! / all.variance[j]!).toBeCloseTo(1, 12);
    }
  });

  it("ignore an empty accumulator", () => {
    const moments = new RunningMoments(1);
    moments.push([5]);
    const before = moments.state();
    const empty = new RunningMoments(1);
    empty.clear();
    moments.merge(empty);
    expect(moments.state()).toEqual(before);
  });
});

describe("normalised observations", () => {
  it("are clipped, strided, and untouched without moments", () => {
    const out = new Float32Array(4);
    normalize([3, -50], undefined, 10, out, 1, 2);
    expect([...out]).toEqual([0, 3, 0, -10]);
    const moments = new RunningMoments(1);
    moments.mean[0] = 1;
    moments.variance[0] = 4;
    normalize([5], moments, Number.POSITIVE_INFINITY, out, 0, 1);
    expect(out[0]).toBeCloseTo(2, 6);
  });
});

describe("reward scaling", () => {
  const rewards = Float64Array.of(1, 2, 3, 4);
  const none = new Uint8Array(4);

  it("repeats a hand calculation of Gymnasium's rule, which a termination clears before it counts", () => {
    const out = new Float64Array(4);
    new RewardScaler("cleared_on_termination", 0.5, Infinity, 1).scale(
      rewards,
      Uint8Array.of(0, 1, 0, 0),
      none,
      out,
    );
    const sums = [1, 2, 0.5 * 2 + 3, 0.5 * 4 + 4];
    const moments = new RunningMoments(1);
    sums.forEach((sum, i) => {
      moments.push([sum]);
      expect(out[i]).toBe(rewards[i]! / Math.sqrt(moments.variance[0]! + 1e-8));
    });
  });

  it("repeats a hand calculation of VecNormalize's rule, which any end clears afterwards", () => {
    const out = new Float64Array(4);
    new RewardScaler("cleared_on_done", 0.5, Infinity, 1).scale(
      rewards,
      none,
      Uint8Array.of(0, 1, 0, 0),
      out,
    );
    const sums = [1, 0.5 * 1 + 2, 3, 0.5 * 3 + 4];
    const moments = new RunningMoments(1);
    sums.forEach((sum, i) => {
      moments.push([sum]);
      expect(out[i]).toBe(rewards[i]! / Math.sqrt(moments.variance[0]! + 1e-8));
    });
  });

  it("only clips when asked for no scaling", () => {
    const out = new Float64Array(4);
    new RewardScaler("none", 0.99, 2.5, 2).scale(rewards, none, none, out);
    expect([...out]).toEqual([1, 2, 2.5, 2.5]);
  });
});

interface WrapperVectors {
  obs_sequence: number[][];
  reward_sequence: number[];
  terminated: number[];
  truncated: number[];
  NormalizeObservation: { obs: number[]; mean: number[]; var: number[]; count: number; frozen?: true }[];
  NormalizeReward: { reward: number; discounted: number; mean: number; var: number; count: number }[];
}

describe("Gymnasium's wrappers, as recorded, to the last bit", () => {
  const recorded = readFixtures<{ wrappers?: WrapperVectors }>("mujoco").flatMap(
    ({ data }) => data.wrappers ?? [],
  );

  it("NormalizeObservation", () => {
    expect(recorded.length).toBeGreaterThan(0);
    for (const { obs_sequence, NormalizeObservation } of recorded) {
      const moments = new RunningMoments(2, true);
      const out = new Float32Array(2);
      NormalizeObservation.forEach((expected, i) => {
        // The last one is normalised with moments that are frozen, as an evaluation's are.
        if (!expected.frozen) moments.push(obs_sequence[i]!);
        normalize(obs_sequence[i]!, moments, Number.POSITIVE_INFINITY, out, 0, 1);
        expect([...out]).toEqual(expected.obs);
        expect([...moments.mean]).toEqual(expected.mean);
        expect([...moments.variance]).toEqual(expected.var);
        expect(moments.count).toBe(expected.count);
      });
    }
  });

  it("NormalizeReward", () => {
    for (const { reward_sequence, terminated, truncated, NormalizeReward } of recorded) {
      const out = new Float64Array(reward_sequence.length);
      new RewardScaler("cleared_on_termination", 0.99, Number.POSITIVE_INFINITY, 1).scale(
        Float64Array.from(reward_sequence),
        Uint8Array.from(terminated),
        Uint8Array.from(truncated),
        out,
      );
      expect([...out]).toEqual(NormalizeReward.map(({ reward }) => reward));
    }
  });
});
