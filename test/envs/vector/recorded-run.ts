import { expect } from "vitest";
import type { VectorEnv, VectorReset, VectorStep } from "../../../envs/vector/index.js";
import { readFixtures } from "../../support/fixtures.js";

interface Batch {
  obs: number[][];
  info: Record<string, unknown>;
}

/** One vector environment of Gymnasium, recorded step by step. */
export interface RecordedRun {
  name: string;
  vector: "SyncVectorEnv" | "AsyncVectorEnv";
  id: string;
  max_episode_steps: number[];
  autoreset: "NextStep" | "SameStep" | "Disabled";
  seed: number;
  /** Whether RecordEpisodeStatistics was around it. */
  statistics: boolean;
  reset: Batch;
  steps: (Batch & {
    /** A row, or a choice, for each sub-environment. */
    a: (number[] | number)[];
    r: number[];
    term: boolean[];
    trunc: boolean[];
    reset?: Batch & { seed: number | (number | null)[] };
    masked_reset?: Batch & { mask: boolean[] };
  })[];
}

/** Gymnasium's names of the autoreset modes, and ours. */
export const MODES = { NextStep: "next_step", SameStep: "same_step", Disabled: "disabled" } as const;

export const recordedRuns = readFixtures<{ runs: RecordedRun[] }>("vector").flatMap(({ data }) => data.runs);

/** Drives an environment as the recorded one was driven and compares everything it says. */
export async function expectRecorded(envs: VectorEnv, run: RecordedRun): Promise<void> {
  const tolerance = run.id.startsWith("InvertedPendulum") ? 1e-9 : 1e-6;
  const same = (actual: VectorReset, recorded: Batch, where: string) => {
    expectNear([...actual.observations], recorded.obs.flat(), tolerance, `${where}: observations`);
    expectNear(plain(actual.info), plain(recorded.info), tolerance, `${where}: info`);
    // Gymnasium's asynchronous version tells final_info before final_obs; ours has one order.
    if (run.vector === "SyncVectorEnv") {
      expect(Object.keys(actual.info), where).toEqual(Object.keys(recorded.info));
    }
  };
  same(await envs.reset({ seed: run.seed }), run.reset, "reset");
  for (const [t, step] of run.steps.entries()) {
    if (step.masked_reset !== undefined) {
      const options = { reset_mask: step.masked_reset.mask };
      same(await envs.reset({ options }), step.masked_reset, `masked reset before step ${t}`);
    }
    if (step.reset !== undefined) {
      same(await envs.reset({ seed: step.reset.seed }), step.reset, `reset before step ${t}`);
    }
    const actual: VectorStep = await envs.step(Float32Array.from(step.a.flat()));
    same(actual, step, `step ${t}`);
    expectNear([...actual.rewards], step.r, tolerance, `step ${t}: rewards`);
    expect([...actual.terminations], `step ${t}`).toEqual(step.term.map(Number));
    expect([...actual.truncations], `step ${t}`).toEqual(step.trunc.map(Number));
  }
}

/** Arrays of numbers and nulls, and objects of them; flags as 0 and 1; the time of episodes left out. */
function plain(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "t")
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

function expectNear(actual: unknown, wanted: unknown, tolerance: number, where: string): void {
  if (typeof wanted === "number" && typeof actual === "number") {
    const error = Math.abs(actual - wanted) / Math.max(1, Math.abs(wanted));
    expect(error, `${where}: ${actual} for ${wanted}`).toBeLessThanOrEqual(tolerance);
  } else if (typeof wanted === "object" && wanted !== null && typeof actual === "object" && actual !== null) {
    expect(Object.keys(actual).sort(), where).toEqual(Object.keys(wanted).sort());
    for (const [key, inner] of Object.entries(wanted)) {
      expectNear((actual as Record<string, unknown>)[key], inner, tolerance, `${where} ${key}`);
    }
  } else expect(actual, where).toBe(wanted);
}
