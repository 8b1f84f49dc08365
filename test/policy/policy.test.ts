import { describe, expect, it } from "vitest";
import { createActionMap } from "../../src/policy/action-mapping.js";
import { DiagonalGaussian } from "../../src/policy/gaussian.js";
import { initializeParameters } from "../../src/policy/initialize.js";
import { type LayerLayout, parameterLayout } from "../../src/policy/network.js";
import { Policy, type PolicySnapshot } from "../../src/policy/policy.js";
import { streamKey } from "../../src/random/index.js";

const shape = { observationSize: 3, actionSize: 2, hiddenSizes: [5, 4], activation: "tanh" } as const;
const layout = parameterLayout(shape);
const how = { init: "orthogonal", policyGain: 0.01, valueGain: 1, initialLogStd: -0.5 } as const;

function initialized(changes: Partial<typeof how> | { init: "plain" } = {}): Float32Array {
  const parameters = new Float32Array(layout.size);
  initializeParameters(parameters, layout, { ...how, ...changes }, [1, 2]);
  return parameters;
}

const weights = (parameters: Float32Array, { weight, inputs, outputs }: LayerLayout) =>
  parameters.subarray(weight, weight + inputs * outputs);

describe("the layout of the parameters", () => {
  it("has the size that a hand count gives, and no gaps", () => {
    // Actor 3·5+5 + 5·4+4 + 4·2+2, log-std 2, critic 3·5+5 + 5·4+4 + 4·1+1.
    expect(layout.size).toBe(20 + 24 + 10 + 2 + 20 + 24 + 5);
    expect(layout.logStd).toBe(54);
    expect(layout.criticStart).toBe(56);
  });
});

describe("initialisation", () => {
  it("makes rows (or columns) orthogonal with the layer's gain, biases 0, log-std as asked", () => {
    const parameters = initialized();
    const gains = [Math.SQRT2, Math.SQRT2, 0.01, Math.SQRT2, Math.SQRT2, 1];
    [...layout.actor, ...layout.critic].forEach((layer, index) => {
      const { inputs, outputs, bias } = layer;
      const w = weights(parameters, layer);
      const isWide = outputs <= inputs;
      const count = Math.min(inputs, outputs);
      const entry = (vector: number, k: number) => w[isWide ? vector * inputs + k : k * inputs + vector]!;
      for (let a = 0; a < count; a++) {
        for (let b = 0; b <= a; b++) {
          let dot = 0;
          for (let k = 0; k < Math.max(inputs, outputs); k++) dot += entry(a, k) * entry(b, k);
          expect(dot / gains[index]! ** 2).toBeCloseTo(a === b ? 1 : 0, 6);
        }
      }
      expect([...parameters.subarray(bias, bias + outputs)].every((value) => value === 0)).toBe(true);
    });
    expect([...parameters.subarray(layout.logStd, layout.criticStart)]).toEqual([-0.5, -0.5]);
  });

  it("can be torch's default: uniform within one over the root of the inputs, biases too", () => {
    const parameters = initialized({ init: "plain" });
    for (const layer of [...layout.actor, ...layout.critic]) {
      const bound = 1 / Math.sqrt(layer.inputs);
      const values = parameters.subarray(layer.weight, layer.bias + layer.outputs);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
      // Of ten or more draws, all below half the bound once in a thousand times at most.
      if (values.length >= 10) expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(bound / 2);
    }
  });

  it("draws each layer from its own part of the stream", () => {
    const wider = parameterLayout({ ...shape, actionSize: 3 });
    const parameters = new Float32Array(wider.size);
    initializeParameters(parameters, wider, how, [1, 2]);
    expect(weights(parameters, wider.critic[0]!)).toEqual(weights(initialized(), layout.critic[0]!));
  });
});

describe("the diagonal Gaussian", () => {
  it("has the log-density and the entropy of the textbook", () => {
    const gaussian = new DiagonalGaussian(2);
    gaussian.update(Float32Array.of(0, Math.fround(Math.log(2))));
    const logProb = gaussian.logProb(Float32Array.of(1, 3), 0, Float32Array.of(0, 1), 0, 1);
    // log N(1 | 0, 1) + log N(3 | 1, 2²)
    const expected = -0.5 - Math.log(Math.sqrt(2 * Math.PI)) - 0.5 - Math.log(2 * Math.sqrt(2 * Math.PI));
    expect(logProb).toBeCloseTo(expected, 6);
    expect(gaussian.entropy()).toBeCloseTo(Math.log(2 * Math.PI * Math.E) + Math.log(2), 6);
  });
});

describe("action mapping", () => {
  const range = { kind: "box", low: [-3, 0], high: [3, 1] } as const;
  const mapped = (mapping: "clip" | "rescale", ...action: [number, number]) => [
    ...(createActionMap(mapping, range).toEnv(Float32Array.from(action), 0) as Float32Array),
  ];

  it("clips to the bounds", () => {
    expect(mapped("clip", 5, 0.5)).toEqual([3, 0.5]);
    expect(mapped("clip", -5, -1)).toEqual([-3, 0]);
  });

  it("or clips to ±1 and maps to the bounds", () => {
    expect(mapped("rescale", 0, 0)).toEqual([0, 0.5]);
    expect(mapped("rescale", 2, -7)).toEqual([3, 0]);
    expect(mapped("rescale", 0.5, 0.5)).toEqual([1.5, 0.75]);
  });

  it("can't map to infinite bounds, and says so", () => {
    expect(() => createActionMap("rescale", { kind: "box", low: [-Infinity], high: [1] })).toThrow(
      "action_mapping rescale needs finite action bounds; this environment's are infinite. Use clip.",
    );
  });

  it("of a choice counts from the space's start", () => {
    const choice = createActionMap("clip", { kind: "discrete", n: 3, start: -1 });
    expect(choice.toEnv(Float32Array.of(0, 2), 1)).toBe(1);
  });
});

describe("a policy", () => {
  const snapshot: PolicySnapshot = {
    shape: { ...shape, hiddenSizes: [1], observationSize: 1, actionSize: 1 },
    // Actor: w 2, b 0.5, w 3, b -1; log-std 0; critic: four numbers.
    parameters: Float32Array.of(2, 0.5, 3, -1, 0, 0, 0, 0, 0),
    observationMoments: { mean: Float64Array.of(4), variance: Float64Array.of(4), count: 100 },
    observationClip: 10,
    actionMapping: "clip",
    actionRange: { kind: "box", low: [-2], high: [2] },
  };

  it("normalises, runs the actor, and clips: a hand calculation", () => {
    const action = (observation: number) => (new Policy(snapshot).act([observation]) as Float32Array)[0];
    // (4.5 - 4) / 2 = 0.25; tanh(2·0.25 + 0.5) = tanh(1); 3·tanh(1) - 1 = 1.28478...
    expect(action(4.5)).toBeCloseTo(3 * Math.tanh(1) - 1, 5);
    expect(action(40)).toBeCloseTo(2, 6);
  });

  it("gives the same actions on the SIMD kernels", async () => {
    const wide = { ...snapshot, shape, parameters: initialized(), observationMoments: null } as const;
    const box = { ...snapshot.actionRange, low: [-2, -2], high: [2, 2] } as const;
    const policies = [
      new Policy({ ...wide, actionRange: box }),
      await Policy.load({ ...wide, actionRange: box }),
    ];
    for (let k = 0; k < 20; k++) {
      const observation = [Math.sin(k), Math.cos(3 * k), k - 10];
      const [scalar, simd] = policies.map((policy) => [...(policy.act(observation) as Float32Array)]);
      expect(simd).toEqual(scalar);
    }
  });

  it("refuses an observation of another length, and several at once", () => {
    const policy = new Policy(snapshot);
    for (const observation of [[], [1, 2]]) {
      const message = `An observation of 1 number was expected, got ${observation.length}.`;
      expect(() => policy.act(observation)).toThrow(message);
      expect(() => policy.sample(observation, policy.createNoise(streamKey(1, "noise")), 0)).toThrow(message);
    }
    expect(() => policy.act([[1]] as unknown as number[])).toThrow(
      "An observation of 1 number was expected, got an array of arrays: give one observation at a time.",
    );
  });

  it("refuses parameters of another network", () => {
    expect(() => new Policy({ ...snapshot, parameters: new Float32Array(7) })).toThrow(
      "The checkpoint holds 7 parameters, this network has 9: it comes from other hidden_sizes or another environment.",
    );
  });
});
