import { expect } from "vitest";
import { readFixtures } from "./fixtures.js";

/** A trajectory of a reference implementation, recorded in float64. */
export interface OptimizerCase {
  optimizer: "adan" | "adam" | "nadam";
  name: string;
  learning_rate: number;
  options: Record<string, unknown> & {
    restart_before?: number[];
    timestep_reset_before?: number[];
    forget_before?: number[];
  };
  parameters_after: Record<string, number[]>;
  final_state: Record<string, number[] | number>;
}

export interface OptimizerFixture {
  parameters: number[];
  gradients: number[][];
  cases: OptimizerCase[];
}

export interface Tolerance {
  readonly relative: number;
  readonly floor: number;
}

/** The fixture's own tolerances for float32: 2e-5 relative, 1e-6 where numbers are small. */
export const FLOAT32: Tolerance = { relative: 2e-5, floor: 1e-6 };

/** Every record there is. */
export const optimizerCases = readFixtures<OptimizerFixture>("optimizers").flatMap(({ data }) =>
  data.cases.map((record) => ({ record, fixture: data, title: `${record.optimizer}: ${record.name}` })),
);

export function expectClose(
  actual: ArrayLike<number>,
  expected: number[],
  tolerance: Tolerance,
  what: string,
): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    const allowed = Math.max(tolerance.relative * Math.abs(value), tolerance.floor);
    expect(error, `${what}[${i}]: ${actual[i]} against ${value}`).toBeLessThanOrEqual(allowed);
  });
}
