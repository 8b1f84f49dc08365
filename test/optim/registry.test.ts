import { describe, expect, it } from "vitest";
import { scalarKernels } from "../../src/kernels/scalar-kernels.js";
import {
  createOptimizer,
  defaultLearningRate,
  optimizerNames,
  registerOptimizer,
} from "../../src/optim/registry.js";
import { fingerprint, runPpo } from "../support/ppo-run.js";

const context = {
  size: 2,
  allocate: (_name: string, length: number) => new Float64Array(length),
  kernels: scalarKernels,
};

describe("the registry of optimizers", () => {
  it("has each with a learning rate of its own, Adan's larger than Adam's", () => {
    expect(optimizerNames()).toEqual([
      "adan",
      "adan-restart",
      "adan-forget",
      "adam",
      "adamw",
      "adam-rel",
      "adam-matched",
      "nadam",
    ]);
    expect(defaultLearningRate("adan")).toBe("5e-4 * (1 - progress)");
    expect(defaultLearningRate("adam")).toBe("3e-4 * (1 - progress)");
  });

  it("refuses unknown names and options with the nearest one", () => {
    expect(() => createOptimizer("adann", context)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: There is no optimizer "adann"; there are adan, adan-restart, adan-forget, adam, adamw, adam-rel, adam-matched, nadam. Did you mean "adan"?]`,
    );
    expect(() =>
      createOptimizer("adan", context, { bettas: [0.9, 0.9, 0.9] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: Optimizer adan has no option "bettas"; it has betas, eps, weight_decay, no_prox, max_grad_norm. Did you mean "betas"?]`,
    );
    expect(() => createOptimizer("adan", context, { betas: [0.9, 0.9] })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: Optimizer adan option betas must be 3 numbers of at least 0 and below 1, got [0.9,0.9].]`,
    );
    expect(() => createOptimizer("adam", context, { eps: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: Optimizer adam option eps must be a finite number of at least 0, got -1.]`,
    );
    expect(() => createOptimizer("adan", context, { no_prox: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: Optimizer adan option no_prox must be true or false, got 1.]`,
    );
  });

  it("takes a user's optimizer of ten lines, which then trains", async () => {
    registerOptimizer("sgd", {
      learningRate: 1e-2,
      create: () => ({
        name: "sgd",
        beginIteration() {},
        step(parameters, gradients, learningRate) {
          for (let i = 0; i < parameters.length; i++) parameters[i]! -= learningRate * gradients[i]!;
        },
        slots: () => ({}),
        state: () => null,
        restore() {},
      }),
    });
    const run = (optimizer: string) =>
      runPpo({
        env: "Pendulum-v1",
        config: { optimizer, num_envs: 2, num_steps: 64, epochs: 1 },
        iterations: 2,
      });
    expect(fingerprint(await run("sgd"))).not.toBe(fingerprint(await run("adam")));
    expect(() => registerOptimizer("adan", { learningRate: 1, create: () => undefined as never })).toThrow(
      'An optimizer "adan" exists already.',
    );
  });
});

describe("Adan's identities", () => {
  const create = (name: string, options = {}) => createOptimizer(name, context, options);

  it("moves every coordinate by the learning rate at the first step", () => {
    const parameters = Float64Array.of(1, -1);
    create("adan").step(parameters, Float64Array.of(1e-3, -50), 0.1);
    expect(parameters[0]).toBeCloseTo(0.9, 5);
    expect(parameters[1]).toBeCloseTo(-0.9, 5);
  });

  it("moves by exactly the learning rate under a constant gradient", () => {
    const adan = create("adan", { eps: 0 });
    const parameters = Float64Array.of(0, 0);
    for (let step = 1; step <= 20; step++) {
      adan.step(parameters, Float64Array.of(3, -0.2), 0.01);
      expect(parameters[0]).toBeCloseTo(-0.01 * step, 12);
      expect(parameters[1]).toBeCloseTo(0.01 * step, 12);
    }
  });

  it("does not feel a constant factor on all gradients when eps is 0", () => {
    const gradients = [Float64Array.of(1, -2), Float64Array.of(0.5, 3), Float64Array.of(-1, 0.1)];
    const run = (factor: number) => {
      const adan = create("adan", { eps: 0 });
      const parameters = Float64Array.of(1, 1);
      for (const gradient of gradients)
        adan.step(
          parameters,
          gradient.map((g) => g * factor),
          0.01,
        );
      return parameters;
    };
    const [plain, scaled] = [run(1), run(1024)];
    plain.forEach((value, i) => {
      expect(scaled[i]).toBeCloseTo(value, 12);
    });
  });

  it("with b2 = 0 is Adam with betas (b1, b3)", () => {
    const adan = create("adan", { betas: [0.98, 0, 0.99] });
    const adam = create("adam", { betas: [0.98, 0.99], eps: 1e-8 });
    const [a, b] = [Float64Array.of(1, -1), Float64Array.of(1, -1)];
    for (let step = 0; step < 30; step++) {
      const gradient = Float64Array.of(Math.sin(step), Math.cos(3 * step));
      adan.step(a, gradient.slice(), 0.01);
      adam.step(b, gradient.slice(), 0.01);
    }
    expect(Math.abs(a[0]! - b[0]!) + Math.abs(a[1]! - b[1]!)).toBeLessThan(1e-15);
  });

  it("that forgets its gradient before each step is Adam with betas (b1, b3)", () => {
    const forgetting = create("adan-forget");
    const adam = create("adam", { betas: [0.98, 0.99], eps: 1e-8 });
    const [a, b] = [Float64Array.of(1, -1), Float64Array.of(1, -1)];
    for (let step = 0; step < 30; step++) {
      const gradient = Float64Array.of(Math.sin(step), Math.cos(3 * step));
      forgetting.beginIteration();
      forgetting.step(a, gradient.slice(), 0.01);
      adam.step(b, gradient.slice(), 0.01);
    }
    expect(Math.abs(a[0]! - b[0]!) + Math.abs(a[1]! - b[1]!)).toBeLessThan(1e-15);
  });

  it("restarted before each iteration forgets its moments, Adam-Rel only its counter", () => {
    const state = (name: string) => {
      const optimizer = create(name);
      const parameters = Float64Array.of(0, 0);
      for (let step = 0; step < 3; step++) optimizer.step(parameters, Float64Array.of(1, 2), 0.01);
      optimizer.beginIteration();
      return optimizer.state() as unknown as { step: number; slots: Record<string, Float64Array> };
    };
    expect(state("adan").step).toBe(3);
    expect(state("adan-restart")).toMatchObject({ step: 0, slots: { m: Float64Array.of(0, 0) } });
    expect(state("adan-forget")).toEqual(state("adan"));
    expect(state("adam-rel").step).toBe(0);
    expect(state("adam-rel").slots["m"]![0]).toBeGreaterThan(0);
  });
});
