import { afterEach, describe, expect, it } from "vitest";
import type { AnyEnv, VectorEnv } from "../../../envs/index.js";

// Workers run compiled modules: this test needs dist, which `npm test` builds first.
const dist = new URL("../../../dist/envs/index.js", import.meta.url).href;
const { makeVec, SyncVectorEnv, VectorWrapper } = (await import(
  dist
)) as typeof import("../../../envs/index.js");

/** Pendulums around which a wrapper has a number, a method, a function as a value, and something of a class. */
const module = `data:text/javascript,${encodeURIComponent(`
  import { make as inner, Wrapper } from ${JSON.stringify(dist)};
  class Dial extends Wrapper {
    length = 1;
    angles = Float64Array.of(1, 2);
    loop = {};
    get twice() { return 2 * this.length; }
    turn(by, options) { return { length: this.length + by, options }; }
    fail() { throw new RangeError("stuck"); }
    maker() { return () => 1; }
  }
  export async function make(id, { length }) {
    const env = new Dial(await inner(id));
    env.length = length;
    env.loop.itself = env.loop;
    return env;
  }`)}`;
const { make } = (await import(module)) as { make: (id: string, kwargs: object) => Promise<AnyEnv> };

const LENGTHS = [{ length: 1 }, { length: 5 }, { length: 7 }];
const open: VectorEnv[] = [];
afterEach(async () => {
  for (const envs of open.splice(0)) await envs.close();
});

const makers = {
  sync: async () =>
    new SyncVectorEnv(await Promise.all(LENGTHS.map((length) => make("Pendulum-v1", length)))),
  async: () => makeVec("Pendulum-v1", { numEnvs: 3, mode: "async", threads: 2, module, kwargs: LENGTHS }),
};

async function making(mode: keyof typeof makers): Promise<VectorEnv> {
  const envs = await makers[mode]();
  open.push(envs);
  // As a promise also where a sync vector throws at once.
  return new VectorWrapper(envs);
}

const messageOf = async (call: () => unknown) => {
  try {
    await call();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "no error";
};

describe.each(["sync", "async"] as const)("the environments of a vector (%s)", (mode) => {
  it("are called and read by name, the outermost that has it", async () => {
    const envs = await making(mode);
    expect(await envs.call("turn", 10, { fast: true })).toEqual(
      [11, 15, 17].map((length) => ({ length, options: { fast: true } })),
    );
    expect(await envs.call("twice")).toEqual([2, 10, 14]);
    expect(await envs.getAttr("angles")).toEqual([1, 2, 3].map(() => Float64Array.of(1, 2)));
    // Of the TimeLimit inside the wrapper, and through it of the environment.
    expect(await envs.getAttr("maxEpisodeSteps")).toEqual([200, 200, 200]);
    expect(await envs.getAttr("metadata")).toEqual([1, 2, 3].map(() => ({ renderFps: 30 })));
  });

  it("are set by name, one value for all or one each, where they have it", async () => {
    const envs = await making(mode);
    await envs.setAttr("length", 4);
    expect(await envs.getAttr("twice")).toEqual([8, 8, 8]);
    await envs.setAttr("length", [1, 2, 3]);
    expect(await envs.getAttr("twice")).toEqual([2, 4, 6]);
    await envs.setAttr("maxEpisodeSteps", 1);
    await envs.reset({ seed: 1 });
    expect([...(await envs.step([0, 0, 0])).truncations]).toEqual([1, 1, 1]);
  });

  it("say what they lack, what is read-only, and what the vector does itself", async () => {
    const envs = await making(mode);
    expect(await messageOf(() => envs.call("turnn"))).toBe(
      'MissingAttribute: Sub-environment 0 has no "turnn". Did you mean "turn"?',
    );
    expect(await messageOf(() => envs.getAttr("toString"))).toBe(
      'MissingAttribute: Sub-environment 0 has no "toString".',
    );
    expect(await messageOf(() => envs.setAttr("gravity", 3))).toBe(
      'MissingAttribute: Sub-environment 0 has no "gravity".',
    );
    expect(await messageOf(() => envs.setAttr("twice", 3))).toBe(
      'InvalidVectorArgument: "twice" of sub-environment 0 can only be read; it can\'t be set.',
    );
    expect(await messageOf(() => envs.setAttr("length", [1, 2]))).toBe(
      'InvalidVectorArgument: setAttr("length") takes one value for all, or a list of 3, one per sub-environment; got a list of 2.',
    );
    expect(await messageOf(() => envs.call("step", [0]))).toBe(
      "InvalidVectorArgument: step is not for single sub-environments: call step() of the vector environment.",
    );
    expect(await messageOf(() => envs.call("fail"))).toBe("RangeError: stuck");
    await envs.close();
    expect(await messageOf(() => envs.call("turn"))).toBe(
      "ClosedEnvironment: call() was called on a vector environment that is closed.",
    );
  });
});

it("values that can't be sent between threads are named, and the vector goes on", async () => {
  const envs = await making("async");
  const way = "which can't be sent between threads; plain data can, and with mode sync anything.";
  expect(await messageOf(() => envs.call("turn", 1, { each: [0, () => 1] }))).toBe(
    `UnsendableValue: Argument 1 of "turn".each[1] is Function, ${way}`,
  );
  expect(await messageOf(() => envs.call("maker"))).toBe(
    `UnsendableValue: "maker" of sub-environment 0 is Function, ${way}`,
  );
  expect(await messageOf(() => envs.getAttr("actionSpace"))).toBe(
    `UnsendableValue: "actionSpace" of sub-environment 0 is Box, ${way}`,
  );
  expect(await messageOf(() => envs.getAttr("loop"))).toBe(
    `UnsendableValue: "loop" of sub-environment 0.itself is an object within itself, ${way}`,
  );
  expect(await messageOf(() => envs.setAttr("length", Symbol.iterator))).toBe(
    `UnsendableValue: The value of "length" is symbol Symbol(Symbol.iterator), ${way}`,
  );
  expect(await envs.getAttr("length")).toEqual([1, 5, 7]);
  const sync = await making("sync");
  expect(String((await sync.getAttr("actionSpace"))[1])).toBe("Box(-2, 2, (1), float32)");
});
