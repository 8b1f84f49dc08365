import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeAdvantages, type GaeInput } from "../../src/rollout/gae.js";

function estimate(input: Partial<GaeInput> & Pick<GaeInput, "steps">): number[] {
  const envs = input.envs ?? 1;
  const rows = input.steps * envs;
  const advantages = new Float64Array(rows);
  computeAdvantages(
    {
      envs,
      rewards: new Float64Array(rows).fill(1),
      values: new Float64Array(rows),
      nextValues: new Float64Array(rows),
      terminated: new Uint8Array(rows),
      truncated: new Uint8Array(rows),
      gamma: 0.5,
      lambda: 0.5,
      bootstrapTruncated: true,
      ...input,
    },
    advantages,
  );
  return [...advantages];
}

describe("generalised advantage estimation", () => {
  it("adds up to a hand calculation", () => {
    // δ = r + 0.5·V' - V: -0.5, 2, 4 with V = 2, 1, 0 and V' = 1, 0, 0 and r = 1, 3, 4; A = δ + 0.25·A'.
    const advantages = estimate({
      steps: 3,
      rewards: Float64Array.of(1, 3, 4),
      values: Float64Array.of(2, 1, 0),
      nextValues: Float64Array.of(1, 0, 0),
    });
    expect(advantages).toEqual([-0.5 + 0.25 * (2 + 0.25 * 4), 2 + 0.25 * 4, 4]);
  });

  it("with λ = 1 and no critic is the discounted return", () => {
    expect(estimate({ steps: 4, lambda: 1 })).toEqual([1.875, 1.75, 1.5, 1]);
  });

  it("with λ = 0 is the one-step error", () => {
    const values = Float64Array.of(3, 2, 1);
    const nextValues = Float64Array.of(2, 1, 10);
    expect(estimate({ steps: 3, lambda: 0, values, nextValues })).toEqual([-1, -0.5, 5]);
  });

  it("of a critic that knows the infinite return is 0, whether or not time limits cut in", () => {
    // Reward 1 for ever is worth 1 / (1 - γ) = 2.
    const known = new Float64Array(8).fill(2);
    const truncated = Uint8Array.of(0, 0, 1, 0, 1, 0, 0, 1);
    expect(estimate({ steps: 8, values: known, nextValues: known, truncated })).toEqual(new Array(8).fill(0));
  });

  it("bootstraps a terminated step from 0, a truncated one from its final value unless told not to", () => {
    const nextValues = Float64Array.of(100);
    expect(estimate({ steps: 1, nextValues, terminated: Uint8Array.of(1) })).toEqual([1]);
    expect(estimate({ steps: 1, nextValues, truncated: Uint8Array.of(1) })).toEqual([51]);
    const ended = { truncated: Uint8Array.of(1), bootstrapTruncated: false };
    expect(estimate({ steps: 1, nextValues, ...ended })).toEqual([1]);
  });

  it("treats a step that is both terminated and truncated as terminated", () => {
    const both = { terminated: Uint8Array.of(1), truncated: Uint8Array.of(1) };
    expect(estimate({ steps: 1, nextValues: Float64Array.of(100), ...both })).toEqual([1]);
  });

  it("of one env never depends on its neighbours", () => {
    const column = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(column, column, (mine, theirs) => {
        const alone = estimate({ steps: 5, rewards: Float64Array.from(mine) });
        const rewards = Float64Array.from({ length: 10 }, (_, i) =>
          i % 2 === 0 ? mine[i / 2]! : theirs[(i - 1) / 2]!,
        );
        const together = estimate({ steps: 5, envs: 2, rewards });
        expect(together.filter((_, i) => i % 2 === 0)).toEqual(alone);
      }),
    );
  });

  it("names both lengths when arrays disagree", () => {
    expect(() => estimate({ steps: 3, values: new Float64Array(2) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: values holds 2 numbers; 3 steps of 1 envs need 3.]`,
    );
  });
});
