import { describe, expect, it } from "vitest";
import {
  Box,
  checkEnv,
  Dict,
  Discrete,
  FilterObservation,
  FlattenObservation,
  IntegerBox,
  MultiDiscrete,
  make,
  Pendulum,
  TimeAwareObservation,
  TimeLimit,
} from "../../../envs/index.js";
import { makeVec } from "../../../envs/vector/index.js";
import { policySpacesOf } from "../../../src/spaces.js";
import { fingerprint } from "../../support/ppo-run.js";
import { NO_ACTION, ScriptedEnv } from "./scripted-env.js";

// Expected samples and observations: Gymnasium 1.4.0 with NumPy 2.4.6, the same calls.
const nested = () =>
  new Dict({
    b: new Box<Float32Array>(-1, 1, [2]),
    a: new Discrete(5),
    c: new Dict({ z: new MultiDiscrete([3, 4]), y: new IntegerBox([0], [9], [1]) }),
  });
const SAMPLES = [
  {
    a: 0,
    b: Float32Array.of(-0.3991573, 0.21649833),
    c: { y: Int32Array.of(3), z: Int32Array.of(0, 2) },
  },
  {
    a: 4,
    b: Float32Array.of(0.72186095, -0.8801276),
    c: { y: Int32Array.of(3), z: Int32Array.of(0, 1) },
  },
];

describe("Dict", () => {
  it("seeds and draws its parts as Gymnasium does, in the order of sorted keys", () => {
    const space = nested();
    space.seed(42);
    expect([space.sample(), space.sample()]).toEqual(SAMPLES);
    expect(Object.keys(space.sample())).toEqual(["a", "b", "c"]);
    space.seed(2 ** 40 + 7);
    expect(space.sample()).toEqual({
      a: 3,
      b: Float32Array.of(-0.49986744, -0.6297419),
      c: { y: Int32Array.of(0), z: Int32Array.of(1, 2) },
    });
  });

  it("keeps the order of its keys when asked, with other seeds then", () => {
    const parts = { b: new Box<Float64Array>(-1, 1, [1], "float64"), a: new Discrete(5) };
    const space = new Dict(parts, { sortKeys: false });
    space.seed(1);
    const { a, b } = space.sample();
    expect([space.keys, a]).toEqual([["b", "a"], 0]);
    expect(b[0]).toBeCloseTo(0.02027292, 8);
    expect(new Dict(parts).keys).toEqual(["a", "b"]);
  });

  it("contains plain objects with its keys and no others", () => {
    const space = new Dict({ a: new Discrete(2), b: new Discrete(3) });
    expect(
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ].every((value) => space.contains(value)),
    ).toBe(true);
    expect(
      [{ a: 1 }, { a: 1, b: 3 }, { a: 1, b: 2, c: 0 }, { a: 1, c: 2 }, [1, 2], null, 1].some((value) =>
        space.contains(value),
      ),
    ).toBe(false);
  });

  it("shows itself as Gymnasium does", () => {
    expect(String(nested())).toBe(
      "Dict('a': Discrete(5), 'b': Box(-1, 1, (2), float32), 'c': Dict('y': Box(0, 9, (1), int32), 'z': MultiDiscrete([3 4])))",
    );
    expect(String(new Dict({}))).toBe("Dict()");
  });
});

describe("FlattenObservation of a Dict", () => {
  it("lays its parts side by side in the order of the keys, nested ones too", () => {
    const env = new FlattenObservation(
      new ScriptedEnv({ observations: SAMPLES, observationSpace: nested() }),
    );
    const space = env.observationSpace as Box;
    expect([space.dtype, [...space.low], [...space.high]]).toEqual([
      "float64",
      [0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 9, 1, 1, 1, 1, 1, 1, 1],
    ]);
    expect([env.reset().observation, env.step(NO_ACTION).observation].map((flat) => [...flat])).toEqual([
      [1, 0, 0, 0, 0, -0.3991572856903076, 0.21649833023548126, 3, 1, 0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1, 0.721860945224762, -0.8801276087760925, 3, 1, 0, 0, 0, 1, 0, 0],
    ]);
  });

  it("refuses a part of a kind that it doesn't know", () => {
    const other = Object.assign(new Discrete(2), { kind: "text", toString: () => "Text(5)" });
    const observationSpace = new Dict({ name: other });
    expect(
      () => new FlattenObservation(new ScriptedEnv({ observations: [{ name: 1 }], observationSpace })),
    ).toThrow(
      "FlattenObservation takes Box, IntegerBox, Discrete, MultiDiscrete and Dict; the environment has Text(5).",
    );
  });
});

describe("FilterObservation", () => {
  const scripted = () => new ScriptedEnv({ observations: SAMPLES, observationSpace: nested() });

  it("shows the parts asked for, in a space in the order of its own", () => {
    const env = new FilterObservation(scripted(), ["c", "a"]);
    expect(env.reset().observation).toEqual({ c: SAMPLES[0]!.c, a: 0 });
    expect(env.observationSpace.contains(env.step(NO_ACTION).observation)).toBe(true);
    expect(String(env.observationSpace)).toBe(
      "Dict('a': Discrete(5), 'c': Dict('y': Box(0, 9, (1), int32), 'z': MultiDiscrete([3 4])))",
    );
    const kept = new Dict({ b: new Discrete(2), a: new Discrete(3) }, { sortKeys: false });
    const inner = new ScriptedEnv({ observations: [{ a: 1, b: 1 }], observationSpace: kept });
    expect((new FilterObservation(inner, ["b", "a"]).observationSpace as unknown as Dict).keys).toEqual([
      "b",
      "a",
    ]);
  });

  it("refuses keys that are not there, no keys, and what is no Dict", () => {
    expect(() => new FilterObservation(scripted(), ["a", "d" as "b"])).toThrow(
      'FilterObservation: the observations have no "d"; there are a, b, c.',
    );
    expect(() => new FilterObservation(scripted(), [])).toThrow(
      "FilterObservation: at least one key must be given; there are a, b, c.",
    );
    expect(() => new FilterObservation(new Pendulum(), ["length"])).toThrow(
      "FilterObservation needs a Dict as observation space; the environment has Box([-1 -1 -8], [1 1 8], (3), float32).",
    );
  });
});

describe("TimeAwareObservation with flatten: false", () => {
  it("shows the observation and the steps since the reset under obs and time", async () => {
    const env = new TimeAwareObservation(await make("Pendulum-v1"), { flatten: false });
    expect(String(env.observationSpace)).toBe(
      "Dict('obs': Box([-1 -1 -8], [1 1 8], (3), float32), 'time': Box(0, 200, (1), int32))",
    );
    const first = env.reset({ seed: 3 }).observation;
    expect(first.time).toEqual(Int32Array.of(0));
    expect(first.obs).toEqual(Float32Array.of(-0.85865855, -0.51254797, -0.526379));
    env.step(Float32Array.of(0.5));
    const { observation } = env.step(Float32Array.of(0.5));
    expect(observation.time).toEqual(Int32Array.of(2));
    for (const [i, value] of [-0.9045548, -0.42635745, -1.117961].entries()) {
      expect(observation.obs[i]).toBeCloseTo(value, 6);
    }
    expect(env.observationSpace.contains(observation)).toBe(true);
    expect(env.reset().observation.time).toEqual(Int32Array.of(0));
  });

  it("shows the share of the limit as float32", () => {
    const env = new TimeAwareObservation(new TimeLimit(new Pendulum(), 200), {
      flatten: false,
      normalizeTime: true,
    });
    env.reset({ seed: 3 });
    env.step(NO_ACTION);
    expect(env.step(NO_ACTION).observation.time).toEqual(Float32Array.of(0.01));
    expect(String(env.observationSpace)).toContain("'time': Box(0, 1, (1), float32)");
  });

  it("flattened afterwards, is what flatten: true shows", () => {
    const limited = () => new TimeLimit(new Pendulum(), 7);
    for (const normalizeTime of [false, true]) {
      const dict = new TimeAwareObservation(limited(), { flatten: false, normalizeTime });
      const [flat, direct] = [
        new FlattenObservation(dict),
        new TimeAwareObservation(limited(), { normalizeTime }),
      ];
      expect(String(flat.observationSpace)).toBe(String(direct.observationSpace));
      expect(flat.reset({ seed: 1 })).toEqual(direct.reset({ seed: 1 }));
      expect(flat.step(NO_ACTION)).toEqual(direct.step(NO_ACTION));
    }
  });

  it("is saved and restored, and passes the checker", async () => {
    const make = () => new TimeAwareObservation(new TimeLimit(new Pendulum(), 5), { flatten: false });
    const [env, copy] = [make(), make()];
    env.reset({ seed: 1 });
    env.step(NO_ACTION);
    copy.restore!(env.state!());
    expect(fingerprint(copy.step(NO_ACTION) as never)).toBe(fingerprint(env.step(NO_ACTION) as never));
    const found = await checkEnv(async () => make() as never, { steps: 20, speedSeconds: 0 });
    expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("a Dict observation", () => {
  const dict = () => new TimeAwareObservation(new TimeLimit(new Pendulum(), 5), { flatten: false });

  it("is refused by PPO with the way out", () => {
    expect(() => policySpacesOf(dict(), "Pendulum-v1")).toThrow(
      "PPO needs a flat Box as observation space; Pendulum-v1 has Dict('obs': Box([-1 -1 -8], [1 1 8], (3), float32), " +
        "'time': Box(0, 5, (1), int32)). Wrap the environment in a FlattenObservation, which makes a vector of Box, " +
        "Discrete, MultiDiscrete and Dict observations.",
    );
    expect(policySpacesOf(new FlattenObservation(dict()), "Pendulum-v1").observationSpace.shape).toEqual([4]);
  });

  it("is refused by vector environments", async () => {
    await expect(makeVec("Pendulum-v1", { wrappers: [() => dict() as never] })).rejects.toThrow(
      "Spaces must be Box, Discrete or MultiDiscrete to be batched; this one is Dict('obs': Box([-1 -1 -8], [1 1 8], " +
        "(3), float32), 'time': Box(0, 5, (1), int32)); a FlattenObservation makes one vector of a Dict.",
    );
  });
});
