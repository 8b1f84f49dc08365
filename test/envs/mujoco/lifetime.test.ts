import { describe, expect, it } from "vitest";
import { type AnyEnv, make } from "../../../envs/index.js";
import { loadEngine } from "../../../envs/mujoco/engine.js";

const ACTION = new Float32Array(6).fill(0.3);

/** Everything that five steps say, first of all after whatever has just happened to the heap. */
const fiveSteps = (env: AnyEnv) =>
  Array.from({ length: 5 }, () => {
    const { reward, observation } = env.step(ACTION);
    return [reward, ...observation];
  });

async function started(seed: number): Promise<AnyEnv> {
  const env = await make("HalfCheetah-v5");
  env.reset({ seed });
  return env;
}

/** The engine's memory of this moment, seen through an object that is deleted at once. */
async function heap(): Promise<ArrayBuffer> {
  const { module } = await loadEngine();
  const probe = new module.DoubleBuffer(1);
  const { buffer } = probe.GetView() as Float64Array<ArrayBuffer>;
  probe.delete();
  return buffer;
}

/** Makes environments until the heap has moved, so that every earlier view of it is dead. */
async function growHeap(): Promise<AnyEnv[]> {
  const before = await heap();
  const others: AnyEnv[] = [];
  // 2 MiB each: far fewer are needed.
  while (before.byteLength > 0 && others.length < 500) others.push(await make("HalfCheetah-v5"));
  expect(before.byteLength).toBe(0);
  return others;
}

describe("an environment whose heap grows under it", () => {
  it("steps on as if nothing had happened", async () => {
    const [env, twin] = [await started(5), await started(5)];
    const expected = fiveSteps(twin);
    const others = await growHeap();
    expect(fiveSteps(env)).toEqual(expected);
    for (const other of [...others, env, twin]) other.close();
  });

  it("is saved and restored across it", async () => {
    const env = await started(6);
    fiveSteps(env);
    const saved = env.state!();
    const expected = fiveSteps(env);
    const others = await growHeap();
    env.restore!(saved);
    expect(env.state!()).toEqual(saved);
    expect(fiveSteps(env)).toEqual(expected);
    for (const other of [...others, env]) other.close();
  });

  it("resets across it", async () => {
    const [env, twin] = [await started(7), await started(7)];
    const expected = [...twin.reset().observation];
    const others = await growHeap();
    expect([...env.reset().observation]).toEqual(expected);
    for (const other of [...others, env, twin]) other.close();
  });
});

describe("what an environment takes from the engine's heap", () => {
  it("is given back when it is closed", async () => {
    const cycle = async () => {
      const env = await started(1);
      env.step(ACTION);
      env.close();
    };
    for (let i = 0; i < 5; i++) await cycle();
    const { byteLength } = await heap();
    for (let i = 0; i < 200; i++) await cycle();
    expect((await heap()).byteLength).toBe(byteLength);
  });

  it("doesn't grow with resets, steps and saved states", async () => {
    const env = await started(1);
    const saved = env.state!();
    const { byteLength } = await heap();
    for (let i = 0; i < 20_000; i++) {
      env.state!();
      if (i % 100 === 0) {
        env.restore!(saved);
        env.reset();
        env.step(ACTION);
      }
    }
    expect((await heap()).byteLength).toBe(byteLength);
    env.close();
  });
});

describe("a saved state of another environment", () => {
  it("is refused before anything has changed", async () => {
    const cheetah = await started(3);
    const pendulum = await make("InvertedPendulum-v5");
    pendulum.reset({ seed: 3 });
    const before = cheetah.state!();
    expect(() => cheetah.restore!(pendulum.state!())).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: A saved state's integration state has 28 numbers where this environment has 91: it is another environment's.]`,
    );
    expect(cheetah.state!()).toEqual(before);
    cheetah.close();
    pendulum.close();
  });
});
