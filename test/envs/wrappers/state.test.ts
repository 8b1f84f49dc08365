import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ClipAction,
  DelayObservation,
  type Env,
  type FloatArray,
  FrameStackObservation,
  NormalizeObservation,
  NormalizeReward,
  Pendulum,
  RecordEpisodeStatistics,
  RescaleAction,
  TimeAwareObservation,
  TimeLimit,
  Wrapper,
} from "../../../envs/index.js";
import { fingerprint } from "../../support/ppo-run.js";

type Floats = Env<FloatArray, Float32Array>;

const wrappers: Record<string, (env: Env<Float32Array, Float32Array>) => Floats> = {
  NormalizeObservation: (env) => new NormalizeObservation(env),
  NormalizeReward: (env) => new NormalizeReward(env),
  RecordEpisodeStatistics: (env) => new RecordEpisodeStatistics(env),
  FrameStackObservation: (env) => new FrameStackObservation(env, 3),
  TimeAwareObservation: (env) => new TimeAwareObservation(env),
  DelayObservation: (env) => new DelayObservation(env, 2),
  "a stack of them": (env) =>
    new NormalizeObservation(
      new FrameStackObservation(
        new DelayObservation(
          new NormalizeReward(new RecordEpisodeStatistics(new ClipAction(new RescaleAction(env, -1, 1)))),
          1,
        ),
        2,
      ),
    ),
};

const make = (wrap: (env: Env<Float32Array, Float32Array>) => Floats) =>
  wrap(new TimeLimit(new Pendulum(), 20));

/** Everything that steps say, times on the clock excepted. */
function trace(env: Floats, steps: number): unknown[] {
  return Array.from({ length: steps }, (_, t) => {
    const result = env.step(Float32Array.of((t % 5) / 2 - 1));
    const { r, l } = (result.info["episode"] ?? {}) as { r?: number; l?: number };
    const next = result.truncated ? [...env.reset().observation] : [];
    return [[...result.observation], result.reward, result.truncated, r, l, next];
  });
}

describe("saving and restoring a wrapper", () => {
  it.each(Object.keys(wrappers))("%s goes on bit for bit from any moment", (name) => {
    const [original, copy] = [make(wrappers[name]!), make(wrappers[name]!)];
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(50), (seed, before) => {
        original.reset({ seed });
        trace(original, before);
        const saved = original.state!();
        const kept = fingerprint(saved);
        const straight = trace(original, 30);
        copy.reset({ seed: seed + 1 });
        trace(copy, 7);
        copy.restore!(saved);
        expect(trace(copy, 30)).toEqual(straight);
        expect(fingerprint(saved)).toBe(kept);
      }),
      { numRuns: 10, seed: 1 },
    );
  });

  it("keeps the queues of episode statistics, and holds no clock", () => {
    const env = new RecordEpisodeStatistics(new TimeLimit(new Pendulum(), 5), 3);
    env.reset({ seed: 1 });
    for (let t = 0; t < 12; t++) if (env.step(Float32Array.of(0)).truncated) env.reset();
    const copy = new RecordEpisodeStatistics(new TimeLimit(new Pendulum(), 5), 3);
    copy.restore!(env.state!());
    expect([copy.episodeCount, copy.returnQueue, copy.lengthQueue]).toEqual([2, env.returnQueue, [5, 5]]);
    expect(copy.timeQueue).toEqual([]);
  });
});

describe("a wrapper", () => {
  it("shows what it wraps: description, metadata and the environment inside all wrappers", () => {
    const pendulum = new Pendulum();
    const env = new NormalizeObservation(new TimeLimit(pendulum, 5));
    expect(env.unwrapped).toBe(pendulum);
    expect(env.metadata).toEqual({ renderFps: 30 });
    expect(env.spec).toBeUndefined();
    expect(env.actionSpace).toBe(pendulum.actionSpace);
  });

  it("can be saved only where the environment inside can", () => {
    const { observationSpace, actionSpace, reset, step, close } = new Pendulum();
    const env = new Wrapper({ observationSpace, actionSpace, reset, step, close });
    expect([env.state, env.restore, env.metadata]).toEqual([undefined, undefined, undefined]);
  });
});
