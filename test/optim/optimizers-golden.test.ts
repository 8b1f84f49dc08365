import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../envs/api/space.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { scalarKernels } from "../../src/kernels/scalar-kernels.js";
import { type Adam, createAdam } from "../../src/optim/adam.js";
import { type Adan, createAdan } from "../../src/optim/adan.js";
import { readFixtures } from "../support/fixtures.js";
import { KERNEL_VARIANTS, kernelBench } from "../support/kernels.js";

interface OptimizerCase {
  optimizer: "adan" | "adam";
  name: string;
  learning_rate: number;
  options: Record<string, unknown> & { restart_before?: number[]; timestep_reset_before?: number[] };
  parameters_after: Record<string, number[]>;
  final_state: Record<string, number[] | number>;
}

interface OptimizerFixture {
  parameters: number[];
  gradients: number[][];
  cases: OptimizerCase[];
}

const FLOAT64 = { relative: 1e-12, floor: 1e-12 };
/** The fixture's own tolerances for float32: 2e-5 relative, 1e-6 where numbers are small. */
const FLOAT32 = { relative: 2e-5, floor: 1e-6 };

const cases = readFixtures<OptimizerFixture>("optimizers").flatMap(({ data }) =>
  data.cases.map((record) => ({ record, fixture: data, title: `${record.optimizer}: ${record.name}` })),
);

describe("optimizers follow the recorded trajectories of the reference implementations", () => {
  it.each(cases)("$title, in float64", ({ record, fixture }) => {
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
    it.each(cases)(`$title, in float32 (${variant})`, async ({ record, fixture }) => {
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
    expect(cases.length).toBeGreaterThanOrEqual(14);
  });
});

function check(
  record: OptimizerCase,
  fixture: OptimizerFixture,
  parameters: FloatArray,
  kernels: Kernels,
  allocate: (name: string, length: number) => FloatArray,
  tolerance: { relative: number; floor: number },
  place: (gradient: number[]) => FloatArray,
): void {
  const { restart_before = [], timestep_reset_before = [], ...options } = record.options;
  const context = { size: parameters.length, allocate, kernels };
  const create = record.optimizer === "adan" ? createAdan : createAdam;
  const optimizer: Adan | Adam = create(record.optimizer, context, options);
  fixture.gradients.forEach((gradient, index) => {
    const step = index + 1;
    if (restart_before.includes(step)) (optimizer as Adan).restart();
    if (timestep_reset_before.includes(step)) (optimizer as Adam).resetCounter();
    optimizer.step(parameters, place(gradient), record.learning_rate);
    const expected = record.parameters_after[step];
    if (expected !== undefined) expectClose(parameters, expected, tolerance, `parameters after step ${step}`);
  });
  for (const [slot, values] of Object.entries(optimizer.slots())) {
    expectClose(values, record.final_state[slot] as number[], tolerance, slot);
  }
}

function expectClose(
  actual: FloatArray,
  expected: number[],
  tolerance: { relative: number; floor: number },
  what: string,
): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    const allowed = Math.max(tolerance.relative * Math.abs(value), tolerance.floor);
    expect(error, `${what}[${i}]: ${actual[i]} against ${value}`).toBeLessThanOrEqual(allowed);
  });
}
