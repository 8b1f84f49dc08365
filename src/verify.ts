import { createHash } from "node:crypto";
import * as z from "zod";
import type { StateTree } from "../envs/api/state.js";
import { describeDiskError } from "./disk-errors-node.js";
import { RlAdanError } from "./errors.js";
import { readLimitedFile } from "./limited-file-node.js";
import { startBarePpo } from "./ppo-agent-node.js";
import { encodeSafetensors } from "./run/safetensors.js";
import { splitStateTree } from "./run/state-tree.js";
import { type PpoTrainConfig, resolveTrainConfig } from "./train-config.js";

/** A short training whose every bit is known. */
export interface VerifyCase {
  readonly name: string;
  readonly preset?: string;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Digests of the parts of the TrainState, by part, after each iteration. */
export type VerifyTrace = readonly Readonly<Record<string, string>>[];

export type VerifyReference = Readonly<Record<string, VerifyTrace>>;

export interface VerifyFinding {
  readonly name: string;
  readonly isIdentical: boolean;
  /** Where it parts from the reference first: iterations count from 1. Absent when it doesn't. */
  readonly iteration?: number;
  readonly parts?: readonly string[];
}

const referenceSchema = z.record(z.string(), z.array(z.record(z.string(), z.string())));
/** A few digests of a few short runs. */
const MAX_REFERENCE_BYTES = 1 << 20;
const ITERATIONS = 4;
const SMALL = { num_steps: 128, epochs: 4, hidden_sizes: [32, 32] };

/** Each optimizer, recipe, distribution and init at least once, over environments of every kind. */
export const VERIFY_CASES: readonly VerifyCase[] = [
  { name: "HalfCheetah, default", flags: { ...SMALL, env: "HalfCheetah", num_envs: 4 } },
  { name: "HalfCheetah, cleanrl", preset: "cleanrl", flags: { ...SMALL, env: "HalfCheetah", num_envs: 1 } },
  { name: "Hopper, tianshou", preset: "tianshou", flags: { ...SMALL, env: "Hopper", num_envs: 3 } },
  { name: "Walker2d, zoo", preset: "zoo", flags: { ...SMALL, env: "Walker2d", num_envs: 1, init: "plain" } },
  { name: "Ant, adan-restart", flags: { ...SMALL, env: "Ant", num_envs: 2, optimizer: "adan-restart" } },
  {
    name: "InvertedPendulum, adamw",
    flags: { ...SMALL, env: "InvertedPendulum", num_envs: 2, optimizer: "adamw" },
  },
  {
    name: "Reacher, adam-rel, relu",
    flags: { ...SMALL, env: "Reacher", num_envs: 2, optimizer: "adam-rel", activation: "relu" },
  },
  {
    name: "Pendulum, adam-matched, KL stop",
    flags: {
      ...SMALL,
      env: "Pendulum",
      num_envs: 5,
      optimizer: "adam-matched",
      target_kl: 0.01,
      kl_stop: "minibatch",
    },
  },
  { name: "CartPole, categorical", flags: { ...SMALL, env: "CartPole", num_envs: 3 } },
];

/**
 * Trains a case and returns its digests. device: simd or its scalar twin, which must agree; so must every number of
 * threads ("auto": as many as a training takes).
 */
export async function traceCase(
  { preset, flags }: VerifyCase,
  how: { readonly device: string; readonly threads: number | "auto" },
): Promise<VerifyTrace> {
  const { config } = resolveTrainConfig({ algorithm: "ppo", preset, flags: { ...flags, ...how } });
  const recipe = config as PpoTrainConfig;
  const { agent } = await startBarePpo(recipe, ITERATIONS * recipe.num_envs * recipe.num_steps);
  try {
    const trace: Record<string, string>[] = [];
    for await (const { state } of agent.iterations) trace.push(digestParts(await state()));
    return trace;
  } finally {
    await agent.close();
  }
}

/** Reads digests. Throws RlAdanError when the file holds something else. */
export function readVerifyReference(path: string): VerifyReference {
  const bytes = describeDiskError(path, () => readLimitedFile(path, MAX_REFERENCE_BYTES));
  try {
    return referenceSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    throw new RlAdanError("verify", `${path} holds no digests: write some with --write.`, { cause });
  }
}

/** Compares a trace with the published one. */
export function compareTrace(
  name: string,
  trace: VerifyTrace,
  reference: VerifyTrace | undefined,
): VerifyFinding {
  for (let index = 0; index < Math.max(trace.length, reference?.length ?? 0); index++) {
    const expected = reference?.[index] ?? {};
    const actual = trace[index] ?? {};
    const parts = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].filter(
      (part) => actual[part] !== expected[part],
    );
    if (parts.length > 0) return { name, isIdentical: false, iteration: index + 1, parts };
  }
  return { name, isIdentical: true };
}

function digestParts(state: StateTree): Record<string, string> {
  const { learner, ...rest } = state as { readonly [part: string]: StateTree };
  const parts = { ...(learner as { readonly [part: string]: StateTree }), ...rest };
  return Object.fromEntries(Object.entries(parts).map(([part, tree]) => [part, digest(tree)]));
}

function digest(tree: StateTree): string {
  const { tensors, json } = splitStateTree({ tree });
  return createHash("sha256")
    .update(encodeSafetensors(tensors))
    .update(JSON.stringify(json))
    .digest("hex")
    .slice(0, 16);
}
