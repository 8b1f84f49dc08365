import type { Run, Scalars } from "../../src/index.js";

/** Values at steps 1, 2, ..., a minute apart. */
export function scalarsOf(values: readonly number[]): Scalars {
  const steps = Float64Array.from(values, (_, i) => i + 1);
  return { steps, values: Float64Array.from(values), seconds: steps.map((step) => 60 * step) };
}

/** A run of InvertedPendulum-v5 with seed 1; scalars by tag. */
export function runOf({
  scalars = {},
  ...given
}: Partial<Omit<Run, "scalars">> & { readonly scalars?: Readonly<Record<string, Scalars>> }): Run {
  return {
    path: "/runs/run",
    name: "run",
    env: "InvertedPendulum-v5",
    method: "ppo-adan",
    seed: 1,
    settings: null,
    versions: {},
    argv: null,
    status: "finished",
    lastStep: 1000,
    minutes: 1,
    notes: [],
    ...given,
    scalars: new Map(Object.entries(scalars)),
  };
}
