import { describe, expect, it } from "vitest";
import { Box, Discrete, IntegerBox, MultiDiscrete } from "../../envs/index.js";

const times = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw);

function seeded(space: Discrete, seed: number): Discrete {
  space.seed(seed);
  return space;
}

// Expected samples: Gymnasium 1.4.0 with NumPy 2.4.6, the same calls.
describe("Discrete", () => {
  it("samples what Gymnasium samples", () => {
    const space = seeded(new Discrete(7, -3), 42);
    expect(times(12, () => space.sample())).toEqual([-3, 2, 1, 0, 0, 3, -3, 1, -2, -3, 0, 3]);
    const widest = seeded(new Discrete(2 ** 32), 3);
    expect(times(3, () => widest.sample())).toEqual([3485385464, 367860371, 770692085]);
  });

  it("samples among what a mask allows, and gives start where it allows nothing without a draw", () => {
    const space = seeded(new Discrete(5, 10), 7);
    const mask = [0, 1, 0, 1, 1];
    expect(times(10, () => space.sample({ mask }))).toEqual([14, 13, 14, 14, 13, 14, 14, 11, 11, 11]);
    expect(space.sample({ mask: [0, 0, 0, 0, 0] })).toBe(10);
    expect(space.sample()).toBe(11);
  });

  it("samples by given probabilities", () => {
    const space = seeded(new Discrete(5, 10), 7);
    const probability = [0.1, 0, 0.2, 0.3, 0.4];
    expect(times(12, () => space.sample({ probability }))).toEqual([
      14, 14, 14, 12, 13, 14, 10, 14, 14, 13, 13, 12,
    ]);
  });

  it("shares one stream among all ways to sample", () => {
    const space = seeded(new Discrete(3), 1);
    expect([
      space.sample(),
      space.sample({ probability: [0.25, 0.5, 0.25] }),
      space.sample(),
      space.sample({ mask: Int8Array.of(1, 0, 1) }),
      space.sample(),
    ]).toEqual([1, 2, 1, 0, 0]);
  });

  it("contains its whole numbers and nothing else", () => {
    const space = new Discrete(3, -1);
    expect([-1, 0, 1].every((value) => space.contains(value))).toBe(true);
    expect([-2, 2, 0.5, Number.NaN, "0", 0n, true, [0], undefined].some((v) => space.contains(v))).toBe(
      false,
    );
  });

  it("shows itself as Gymnasium does", () => {
    expect([new Discrete(3), new Discrete(3, 2)].join()).toBe("Discrete(3),Discrete(3, start=2)");
  });

  it("goes on from a saved state", () => {
    const space = seeded(new Discrete(1000), 5);
    space.sample();
    const copy = new Discrete(1000);
    copy.restore(space.state());
    expect(times(5, () => copy.sample())).toEqual(times(5, () => space.sample()));
    copy.restore(new Discrete(1000).state());
    expect(copy.state()).toBeNull();
  });

  it("refuses what it can't count or choose from", () => {
    const space = new Discrete(2);
    expect(() => new Discrete(0)).toThrow("Discrete: n must be a whole number from 1 to 2^32, got 0.");
    expect(() => new Discrete(2.5)).toThrow("Discrete: n must be a whole number from 1 to 2^32, got 2.5.");
    expect(() => new Discrete(2, 0.5)).toThrow("Discrete: start must be a whole number, got 0.5.");
    expect(() => space.sample({ mask: [1] })).toThrow("Discrete: mask must have 2 numbers, got 1.");
    expect(() => space.sample({ mask: [1, 2] })).toThrow("Discrete: a mask holds 0 and 1, got 2.");
    expect(() => space.sample({ probability: [0.5, 0.6] })).toThrow(
      "Discrete: probabilities must sum to 1, got 1.1.",
    );
    expect(() => space.sample({ probability: [-0.5, 1.5] })).toThrow(
      "Discrete: a probability is a number from 0 to 1, got -0.5.",
    );
    expect(() => space.sample({ mask: [1, 1], probability: [0.5, 0.5] })).toThrow(
      "Discrete: sample takes a mask or probabilities, not both.",
    );
  });
});

describe("Box", () => {
  it("samples every kind of component as Gymnasium does", () => {
    const space = new Box<Float32Array>([-1, -Infinity, 2, -Infinity, 0], [1, Infinity, Infinity, 5, 7], [5]);
    space.seed(4);
    expect([...space.sample()]).toEqual([
      -0.838327944278717, -0.6517911553382874, 2.4307987689971924, 1.7598007917404175, 4.251490592956543,
    ]);
  });

  it("refuses bounds that are none, and finite ones that float32 can't hold", () => {
    expect(() => new Box(Number.NaN, 1, [1])).toThrow("Box: low NaN is not at most high 1 (component 0).");
    expect(() => new Box([-1, -1e39], 1, [2])).toThrow(
      "Box: the bound -1e+39 is too large for float32 (component 1); use float64 or Infinity.",
    );
    expect(new Box(-1e39, Infinity, [1], "float64").low[0]).toBe(-1e39);
  });
});

describe("IntegerBox", () => {
  it("samples what Gymnasium samples", () => {
    const space = new IntegerBox([-3, 0, 10], [4, 0, 1000], [3]);
    space.seed(5);
    expect(times(3, () => [...space.sample()])).toEqual([
      [3, 0, 520],
      [-1, 0, 389],
      [0, 0, 58],
    ]);
    const widest = new IntegerBox([-(2 ** 31), -(2 ** 31)], [2 ** 31 - 1, 2 ** 31 - 1], [2]);
    widest.seed(5);
    expect(times(2, () => [...widest.sample()])).toEqual([
      [1309977582, 1322595621],
      [65822783, -919976068],
    ]);
  });

  it("contains whole numbers within its bounds, and shows itself", () => {
    const space = new IntegerBox([0, -2], [5, 5], [2]);
    expect(space.contains(Int32Array.of(5, -2))).toBe(true);
    expect(
      [Int32Array.of(6, 0), Int32Array.of(0), Float32Array.of(0, 0)].some((x) => space.contains(x)),
    ).toBe(false);
    expect(String(space)).toBe("Box([0 -2], 5, (2), int32)");
  });

  it("goes on from a saved state, and refuses what it can't count", () => {
    const [space, copy] = [new IntegerBox([0], [999], [1]), new IntegerBox([0], [999], [1])];
    space.sample();
    copy.restore(space.state());
    expect(times(3, () => copy.sample())).toEqual(times(3, () => space.sample()));
    for (const [low, high, shape] of [
      [[1], [0], [1]],
      [[0.5], [1], [1]],
      [[0], [2 ** 31], [1]],
      [[0], [1], [2]],
    ] as const) {
      expect(() => new IntegerBox(low, high, shape)).toThrow(
        `IntegerBox: whole numbers of 32 bits for ${shape[0]} components are needed, low at most high; got [${low[0]}] and [${high[0]}].`,
      );
    }
  });
});

describe("MultiDiscrete", () => {
  it("samples what Gymnasium samples", () => {
    const space = new MultiDiscrete([5, 2, 9], [0, -1, 100]);
    space.seed(42);
    expect(times(4, () => [...space.sample()])).toEqual([
      [3, -1, 107],
      [3, -1, 108],
      [3, 0, 101],
      [2, -1, 108],
    ]);
  });

  it("contains vectors of its length within the counts", () => {
    const space = new MultiDiscrete([5, 2], [0, -1]);
    expect(space.contains(Int32Array.of(4, -1))).toBe(true);
    expect(space.contains(Int32Array.of(5, -1))).toBe(false);
    expect(space.contains(Int32Array.of(0, 1))).toBe(false);
    expect(space.contains(Int32Array.of(0))).toBe(false);
    expect(space.contains(Float32Array.of(0, 0))).toBe(false);
  });

  it("goes on from a saved state", () => {
    const space = new MultiDiscrete([1000, 1000]);
    space.seed(1);
    space.sample();
    const copy = new MultiDiscrete([1000, 1000]);
    copy.restore(space.state());
    expect(times(3, () => copy.sample())).toEqual(times(3, () => space.sample()));
  });

  it("shows itself, and refuses what it can't count", () => {
    expect(String(new MultiDiscrete([5, 2]))).toBe("MultiDiscrete([5 2])");
    expect(String(new MultiDiscrete([5, 2], [1, 0]))).toBe("MultiDiscrete([5 2], start=[1 0])");
    expect(() => new MultiDiscrete([5, 0])).toThrow(
      "MultiDiscrete: component 1 can't count 0 from 0 in 32 bits.",
    );
    expect(() => new MultiDiscrete([5], [2147483647])).toThrow(
      "MultiDiscrete: component 0 can't count 5 from 2147483647 in 32 bits.",
    );
    expect(() => new MultiDiscrete([5], [0, 0])).toThrow(
      "MultiDiscrete: 2 starts were given for 1 components.",
    );
  });
});
