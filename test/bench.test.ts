import { describe, expect, it } from "vitest";
import { benchCases, runBenchCase } from "../src/bench.js";

describe("a timed training", () => {
  it("counts what was trained, and its phases make up its time", async () => {
    const flags = { env: "HalfCheetah", num_envs: 1, num_steps: 128, minibatch_size: 64, threads: 1 };
    const result = await runBenchCase({ name: "small", flags }, 0.001);
    expect(result).toMatchObject({ name: "small", threads: 1, iterations: 1 });
    const { phases } = result;
    const total = Object.values(phases).reduce((sum, milliseconds) => sum + milliseconds, 0);
    // Phases follow one another without a gap; what is between the clocks' own reads is far below a percent.
    expect(total / (128_000 / result.training)).toBeCloseTo(1, 1);
    expect(result.environments).toBeCloseTo(128_000 / phases["environments"]!, 3);
    expect(result.rollout).toBeLessThan(result.environments);
    expect(result.training).toBeLessThan(result.rollout);
    // 10 epochs of 2 minibatches; a sample is 60,544 operations: 17-64-64-6 and 17-64-64-1, the first layers without an
    // input's gradient: 4·17·64 + 6·64·64 + 6·64·6, and 4·17·64 + 6·64·64 + 6·64.
    expect(result.gflops).toBeCloseTo((20 * 64 * 60_544) / (phases["minibatches"]! * 1e6), 6);
    expect(result.matrixShare).toBeGreaterThan(0);
    const learning = phases["minibatches"]! + phases["optimizer"]!;
    expect(result.millisecondsPerMinibatch).toBeCloseTo(learning / 20, 6);
  });

  it("counts the samples of a ragged last minibatch as they are", async () => {
    const flags = { env: "HalfCheetah", num_envs: 1, num_steps: 100, minibatch_size: 64, threads: 1 };
    const { gflops, phases } = await runBenchCase({ name: "ragged", flags }, 0.001);
    expect(gflops).toBeCloseTo((10 * 100 * 60_544) / (phases["minibatches"]! * 1e6), 6);
  });

  it("counts the outputs of a choice", async () => {
    const flags = { env: "CartPole", num_envs: 1, num_steps: 128, minibatch_size: 64, threads: 1 };
    const { gflops, phases } = await runBenchCase({ name: "choice", flags }, 0.001);
    // 4·4·64 + 6·64·64 + 6·64·2 and 4·4·64 + 6·64·64 + 6·64.
    expect(gflops).toBeCloseTo((20 * 64 * 52_352) / (phases["minibatches"]! * 1e6), 6);
  });

  it("comes in one and two threads where there are cores for it", () => {
    const threads = (cores: number) =>
      benchCases("HalfCheetah", cores).map(({ flags }) => (flags as { threads?: number }).threads ?? 1);
    expect(new Set(threads(1))).toEqual(new Set([1]));
    expect(new Set(threads(2))).toEqual(new Set([1, 2]));
  });
});
