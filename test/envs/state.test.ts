import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnyEnv, type Box, make, registeredIds } from "../../envs/index.js";
import { fingerprint } from "../support/ppo-run.js";

const boxIds = registeredIds();

/** Steps an environment with seeded actions, resetting where an episode ends; everything it says, bit for bit. */
function trace(env: AnyEnv, actions: readonly Float32Array[]): string {
  return actions
    .map((action) => {
      const { observation, reward, terminated, truncated, info } = env.step(action);
      const numbers = Float64Array.of(
        reward,
        ...observation,
        ...Object.values(info).flatMap((value) =>
          typeof value === "number" ? [value] : [...(value as Float64Array)],
        ),
      );
      const next = terminated || truncated ? [...env.reset().observation].join() : "";
      return `${Buffer.from(numbers.buffer).toString("base64")} ${terminated} ${truncated} ${next}`;
    })
    .join("\n");
}

describe("saving and restoring an environment", () => {
  it.each(boxIds)("%s goes on bit for bit from any moment", async (id) => {
    const [original, copy] = [await make(id), await make(id)];
    const space = original.actionSpace as Box<Float32Array>;
    const sample = (count: number) => Array.from({ length: count }, () => space.sample());
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(230), fc.integer({ min: 1, max: 60 }), (seed, before, after) => {
        space.seed(seed);
        original.reset({ seed });
        trace(original, sample(before));
        const saved = original.state!();
        const kept = fingerprint(saved);
        const actions = sample(after);
        const straight = trace(original, actions);
        // The copy is somewhere else entirely, in its own episode.
        copy.reset({ seed: seed + 1 });
        trace(copy, sample(5));
        copy.restore!(saved);
        expect(trace(copy, actions)).toBe(straight);
        expect(fingerprint(saved)).toBe(kept);
        original.restore!(saved);
        expect(trace(original, actions)).toBe(straight);
      }),
      { numRuns: 12 },
    );
    original.close();
    copy.close();
  });
});
