import { describe, expect, it } from "vitest";
import {
  Box,
  DelayObservation,
  Discrete,
  DtypeObservation,
  FlattenObservation,
  type FloatArray,
  FrameStackObservation,
  MultiDiscrete,
  make,
  NormalizeObservation,
  Pendulum,
  RescaleObservation,
  TimeAwareObservation,
  TimeLimit,
  TransformObservation,
} from "../../../envs/index.js";
import { readFixtures } from "../../support/fixtures.js";
import { observationsOf, ScriptedEnv } from "./scripted-env.js";

// Expected observations without another source: Gymnasium 1.4.0 with NumPy 2.4.6, the same calls.

const RESCALE_RECORD = "RescaleObservation(-1,1) low=[-4,0] high=[4,10]";
const records = readFixtures<{ wrappers?: { [RESCALE_RECORD]: { in: number[]; out: number[] } } }>(
  "mujoco",
).find(({ data }) => data.wrappers)!.data.wrappers!;

// Numbers that float32 holds exactly, so that they can be written down.
const FRAMES = [
  [0.125, -2.25],
  [3.75, 5],
  [-1.5, 0.5],
  [10, -0.5],
] as const;
const single = (observationSpace?: Box<Float32Array>) =>
  new ScriptedEnv({
    observations: FRAMES.map((values) => Float32Array.from(values)),
    ...(observationSpace === undefined ? {} : { observationSpace }),
  });
const double = () => new ScriptedEnv({ observations: FRAMES.map((values) => Float64Array.from(values)) });
const discrete = () =>
  new ScriptedEnv<number>({ observations: [3, 5], observationSpace: new Discrete(4, 2) });
const multiDiscrete = () =>
  new ScriptedEnv({
    observations: [Int32Array.of(1, -1)],
    observationSpace: new MultiDiscrete([2, 3], [0, -2]),
  });
const lists = (observations: ArrayLike<number>[]) => observations.map((values) => Array.from(values));

describe("RescaleObservation", () => {
  const scaled = (low: number[], high: number[], observation: number[], target: [number[], number[]]) => {
    const space = new Box<Float64Array>(low, high, [low.length], "float64");
    const inner = new ScriptedEnv({
      observations: [Float64Array.from(observation)],
      observationSpace: space,
    });
    return [...new RescaleObservation(inner, ...target).reset().observation];
  };

  it("repeats the recorded observation", () => {
    const { in: observation, out } = records[RESCALE_RECORD];
    const actual = scaled([-4, 0], [4, 10], observation, [
      [-1, -1],
      [1, 1],
    ]);
    out.forEach((expected, i) => {
      expect(actual[i]).toBeCloseTo(expected, 15);
    });
  });

  it("keeps what has no bounds, and shifts what has one", () => {
    const observationSpace = new Box<Float32Array>([-4, 0, -Infinity, -Infinity], [4, 10, Infinity, 3], [4]);
    const inner = new ScriptedEnv({ observations: [Float32Array.of(1, 2, 5, 1.5)], observationSpace });
    const env = new RescaleObservation(inner, [-1, -1, -Infinity, -Infinity], [1, 1, Infinity, 7]);
    expect([...env.reset().observation]).toEqual([0.25, -0.6000000238418579, 5, 5.5]);
    const below = new ScriptedEnv({
      observations: [Float32Array.of(1, 2)],
      observationSpace: new Box<Float32Array>([-1, 0.3], [2, Infinity], [2]),
    });
    expect([...new RescaleObservation(below, [0, 1.1], [1, Infinity]).reset().observation]).toEqual([
      0.6666666865348816, 2.799999952316284,
    ]);
  });

  it("refuses to scale what has no bounds", () => {
    expect(() => new RescaleObservation(single(), -1, 1)).toThrow(
      "RescaleObservation: component 0 has the bounds [-Infinity, Infinity], which can't be scaled to [-1, 1]; infinite bounds stay as they are.",
    );
  });
});

describe("TransformObservation", () => {
  it("shows what the function makes of an observation", () => {
    const space = new Box<Float32Array>(0, 20, [1]);
    const env = new TransformObservation(
      single(),
      (o: Float32Array) => Float32Array.of(o[0]! + o[1]!),
      space,
    );
    expect(lists(observationsOf(env, 2))).toEqual([[-2.125], [8.75], [-1]]);
    expect(env.observationSpace).toBe(space);
    const inner = single();
    expect(new TransformObservation(inner, (o: Float32Array) => o).observationSpace).toBe(
      inner.observationSpace,
    );
  });
});

describe("FlattenObservation", () => {
  it("gives a Box as a vector", () => {
    const space = new Box<Float32Array>([1, 2, 3, 4], [5, 6, 7, 8], [2, 2]);
    const inner = new ScriptedEnv({ observations: [Float32Array.of(1, 2, 3, 4)], observationSpace: space });
    const env = new FlattenObservation(inner);
    expect([...env.reset().observation]).toEqual([1, 2, 3, 4]);
    expect(String(env.observationSpace)).toBe("Box([1 2 3 4], [5 6 7 8], (4), float32)");
  });

  it("gives choices as ones among zeros", () => {
    const one = new FlattenObservation(discrete());
    expect(lists(observationsOf(one, 1))).toEqual([
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ]);
    expect(String(one.observationSpace)).toBe("Box(0, 1, (4), float64)");
    const several = new FlattenObservation(multiDiscrete());
    expect([...several.reset().observation]).toEqual([0, 1, 0, 1, 0]);
    expect(several.observationSpace.contains(several.reset().observation)).toBe(true);
  });
});

describe("FrameStackObservation", () => {
  const [first, second, third] = FRAMES;

  it("shows the last frames, oldest first, with the reset's before them", () => {
    const env = new FrameStackObservation(single(), 3);
    const expected = [
      [first, first, first],
      [first, first, second],
      [first, second, third],
    ].map((frames) => frames.flat());
    expect(lists(observationsOf(env, 2))).toEqual(expected);
    expect(lists(observationsOf(env, 2))).toEqual(expected);
    expect(env.observationSpace.shape).toEqual([3, 2]);
  });

  it("pads with zeros, or what in the space is nearest, or with what is given", () => {
    const space = new Box<Float32Array>([0.5, -9], [9, 9], [2]);
    const padded = (padding: "zero" | Float32Array) =>
      lists(observationsOf(new FrameStackObservation(single(space), 3, padding), 1));
    expect(padded("zero")).toEqual([
      [0.5, 0, 0.5, 0, ...first],
      [0.5, 0, ...first, ...second],
    ]);
    expect(padded(Float32Array.of(1, 2))).toEqual([
      [1, 2, 1, 2, ...first],
      [1, 2, ...first, ...second],
    ]);
  });

  it("refuses a size that is none and padding from elsewhere", () => {
    expect(() => new FrameStackObservation(single(), 0)).toThrow(
      "FrameStackObservation: stackSize must be a whole number of at least 1, got 0.",
    );
    expect(() => new FrameStackObservation(single(), 2, Float32Array.of(1))).toThrow(
      'FrameStackObservation: padding must be "reset", "zero" or an observation of Box(-Infinity, Infinity, (2), float32), got 1.',
    );
  });
});

describe("TimeAwareObservation", () => {
  it("adds the steps since the reset in float64", () => {
    const env = new TimeAwareObservation(new TimeLimit(single(), 7));
    const expected = FRAMES.slice(0, 3).map((frame, time) => [...frame, time]);
    expect(lists(observationsOf(env, 2))).toEqual(expected);
    expect(lists(observationsOf(env, 2))).toEqual(expected);
    expect(String(env.observationSpace)).toBe(
      "Box([-Infinity -Infinity 0], [Infinity Infinity 7], (3), float64)",
    );
    expect(env.observationSpace.contains(env.reset().observation)).toBe(true);
  });

  it("adds the share of the limit in the environment's precision, rounded to float32", () => {
    for (const [inner, dtype] of [
      [single() as ScriptedEnv<FloatArray>, "float32"],
      [double() as ScriptedEnv<FloatArray>, "float64"],
    ] as const) {
      const env = new TimeAwareObservation(new TimeLimit(inner, 7), { normalizeTime: true });
      expect(observationsOf(env, 1)[1]![2]).toBe(0.1428571492433548);
      expect(String(env.observationSpace)).toBe(
        `Box([-Infinity -Infinity 0], [Infinity Infinity 1], (3), ${dtype})`,
      );
    }
  });

  it("finds the limit of what make made, and under other wrappers, and refuses to do without", async () => {
    const made = await make("Pendulum-v1");
    expect(new TimeAwareObservation(made).observationSpace.contains(Float64Array.of(0, 0, 0, 200))).toBe(
      true,
    );
    const under = new NormalizeObservation(new TimeLimit(single(), 7));
    expect(String(new TimeAwareObservation(under).observationSpace)).toContain("Infinity 7]");
    expect(() => new TimeAwareObservation(new Pendulum())).toThrow(
      "TimeAwareObservation needs an environment with a time limit; wrap it in a TimeLimit first.",
    );
  });
});

describe("DelayObservation", () => {
  it("shows zeros, or what in the space is nearest, and then observations late", () => {
    const space = new Box<Float32Array>([0.5, -9], [9, -1], [2]);
    const env = new DelayObservation(single(space), 2);
    const expected = [[0.5, -1], [0.5, -1], FRAMES[0], FRAMES[1]];
    expect(lists(observationsOf(env, 3))).toEqual(expected);
    expect(lists(observationsOf(env, 3))).toEqual(expected);
    expect(lists(observationsOf(new DelayObservation(single(), 0), 1))).toEqual([FRAMES[0], FRAMES[1]]);
  });

  it("refuses a delay that is none", () => {
    expect(() => new DelayObservation(single(), -1)).toThrow(
      "DelayObservation: delay must be a whole number of at least 0, got -1.",
    );
  });
});

describe("DtypeObservation", () => {
  it("shows observations in the other precision", () => {
    const env = new DtypeObservation(new ScriptedEnv({ observations: [Float64Array.of(0.1, 2)] }), "float32");
    expect(env.reset().observation).toEqual(Float32Array.of(0.1, 2));
    expect(String(env.observationSpace)).toBe("Box(-Infinity, Infinity, (2), float32)");
  });

  it("shows a choice as one number", () => {
    const env = new DtypeObservation(discrete(), "float64");
    expect(env.reset().observation).toEqual(Float64Array.of(3));
    expect(String(env.observationSpace)).toBe("Box(2, 5, (), float64)");
  });

  it("refuses other spaces and other precisions", () => {
    expect(() => new DtypeObservation(multiDiscrete(), "float32")).toThrow(
      "DtypeObservation takes Box and Discrete; the environment has MultiDiscrete([2 3], start=[0 -2]).",
    );
    expect(() => new DtypeObservation(single(), "int8" as "float32")).toThrow(
      'DtypeObservation takes float32 or float64, got "int8".',
    );
  });
});

describe("wrappers of a Box", () => {
  it("name what they need and the space that the environment has", () => {
    // Types forbid it; JavaScript does not.
    const env = discrete() as unknown as ScriptedEnv<Float32Array>;
    expect(() => new NormalizeObservation(env)).toThrow(
      "NormalizeObservation needs a Box as observation space; the environment has Discrete(4, start=2).",
    );
  });
});
