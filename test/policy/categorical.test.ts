import { describe, expect, it } from "vitest";
import { Categorical } from "../../src/policy/categorical.js";

/** Logits whose probabilities are 1/6, 2/6, 3/6, in the second column of a batch of two. */
const logits = Float32Array.of(9, 0.5, 9, 0.5 + Math.log(2), 9, 0.5 + Math.log(3));
const probabilities = [1 / 6, 2 / 6, 3 / 6];
const entropy = -probabilities.reduce((sum, p) => sum + p * Math.log(p), 0);

describe("the categorical distribution", () => {
  const distribution = new Categorical(3);

  it("has the log-probabilities and the entropy of the textbook, whatever is added to all logits", () => {
    for (const shift of [0, 1000, -1000]) {
      const shifted = logits.map((logit) => logit + shift);
      probabilities.forEach((p, action) => {
        expect(distribution.logProb(Float32Array.of(action), 0, shifted, 1, 2)).toBeCloseTo(Math.log(p), 3);
      });
      expect(distribution.entropy(shifted, 1, 2)).toBeCloseTo(entropy, 3);
    }
  });

  it("has the gradient of the closed form: [j = a] - p_j of the log-prob, -p_j (log p_j + H) of the entropy", () => {
    const gradient = new Float32Array(6).fill(7);
    distribution.addGradient(Float32Array.of(1), 0, logits, 1, 2, -2, 0.5, gradient);
    probabilities.forEach((p, j) => {
      const ofLogProb = (j === 1 ? 1 : 0) - p;
      const ofEntropy = -p * (Math.log(p) + entropy);
      expect(gradient[1 + 2 * j]).toBeCloseTo(-2 * ofLogProb - 0.5 * ofEntropy, 5);
      expect(gradient[2 * j]).toBe(7);
    });
  });

  it("samples each action as often as it should, and takes the likeliest as its mode", () => {
    const noise = distribution.createNoise([1, 2]);
    const counts = [0, 0, 0];
    const action = new Float32Array(1);
    const draws = 30_000;
    for (let step = 0; step < draws; step++) {
      distribution.sample(logits, 1, 2, noise, step, action, 0);
      counts[action[0]!]! += 1;
    }
    const chiSquare = counts.reduce((sum, count, choice) => {
      const expected = draws * probabilities[choice]!;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    // 99.9 % quantile of chi-square with 2 degrees of freedom.
    expect(chiSquare).toBeLessThan(13.82);
    distribution.mode(logits, 1, 2, action, 0);
    expect(action[0]).toBe(2);
  });

  it("never picks what has no probability, and always what has all of it", () => {
    const sure = Float32Array.of(-200, 100, -200);
    const action = new Float32Array(1);
    const noise = distribution.createNoise([5, 6]);
    for (let step = 0; step < 1000; step++) {
      distribution.sample(sure, 0, 1, noise, step, action, 0);
      expect(action[0]).toBe(1);
    }
    expect(distribution.entropy(sure, 0, 1)).toBeCloseTo(0, 12);
  });
});
