import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../envs/api/space.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { scalarKernels } from "../../src/kernels/scalar-kernels.js";
import { type Adam, createAdam, createNadam } from "../../src/optim/adam.js";
import { type Adan, createAdan } from "../../src/optim/adan.js";
import { KERNEL_VARIANTS, kernelBench } from "../support/kernels.js";
import {
  expectClose,
  FLOAT32,
  type OptimizerCase,
  type OptimizerFixture,
  optimizerCases,
  type Tolerance,
} from "../support/optimizer-records.js";

const FLOAT64: Tolerance = { relative: 1e-12, floor: 1e-12 };

describe("optimizers follow the recorded trajectories of the reference implementations", () => {
  it.each(optimizerCases)("$title, in float64", ({ record, fixture }) => {
    const allocate = (_name: string, length: number) => new Float64Array(length);
    check(
      record,
      fixture,
      Float64Array.from(fixture.parameters),
      scalarKernels,
      allocate,
      FLOAT64,
      (gradient) => Float64Array.from(gradient),
    );
  });

  for (const variant of KERNEL_VARIANTS) {
    it.each(optimizerCases)(`$title, in float32 (${variant})`, async ({ record, fixture }) => {
      const bench = await kernelBench(variant);
      const allocate = (_name: string, length: number) => bench.float32(new Float32Array(length));
      const gradients = bench.float32(fixture.parameters);
      const parameters = bench.float32(fixture.parameters);
      check(record, fixture, parameters, bench.kernels, allocate, FLOAT32, (gradient) => {
        gradients.set(gradient);
        return gradients;
      });
    });
  }

  it("checks every kind of record there is", () => {
    expect(optimizerCases.length).toBeGreaterThanOrEqual(21);
  });
});

function check(
  record: OptimizerCase,
  fixture: OptimizerFixture,
  parameters: FloatArray,
  kernels: Kernels,
  allocate: (name: string, length: number) => FloatArray,
  tolerance: Tolerance,
  place: (gradient: number[]) => FloatArray,
): void {
  const { restart_before = [], timestep_reset_before = [], forget_before = [], ...options } = record.options;
  const context = { size: parameters.length, allocate, kernels };
  const create = { adan: createAdan, adam: createAdam, nadam: createNadam }[record.optimizer];
  const optimizer: Adan | Adam = create(record.optimizer, context, options);
  fixture.gradients.forEach((gradient, index) => {
    const step = index + 1;
    if (restart_before.includes(step)) (optimizer as Adan).restart();
    if (forget_before.includes(step)) (optimizer as Adan).forgetGradient();
    if (timestep_reset_before.includes(step)) (optimizer as Adam).resetCounter();
    optimizer.step(parameters, place(gradient), record.learning_rate);
    const expected = record.parameters_after[step];
    if (expected !== undefined) expectClose(parameters, expected, tolerance, `parameters after step ${step}`);
  });
  for (const [slot, values] of Object.entries(optimizer.slots())) {
    expectClose(values, record.final_state[slot] as number[], tolerance, slot);
  }
}
