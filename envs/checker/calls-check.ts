import type { DiscreteSpace, FloatArray, Space } from "../api/space.js";
import type { AnyEnv } from "../registry.js";
import { described, type Findings, messageOf } from "./finding.js";
import { checkResetResult, checkStepResult } from "./results-check.js";
import { copyOf, firstDifference, sameBits } from "./same-bits.js";
import { isBox } from "./spaces-check.js";
import { actionsOf } from "./trajectory.js";

/** The largest seed that training gives (64 bits of a named stream). */
const LARGEST_SEED = (1n << 64n) - 1n;

export function checkReset(env: AnyEnv, findings: Findings): void {
  const result = env.reset({ seed: 1 });
  checkResetResult(result, env.observationSpace, findings);
  if (findings.hasErrors) return;
  // Without a seed, with options, and with a seed of 64 bits, as training gives them.
  checkResetResult(env.reset(), env.observationSpace, findings);
  checkResetResult(env.reset({ options: {} }), env.observationSpace, findings);
  try {
    env.reset({ seed: LARGEST_SEED });
  } catch (error) {
    findings.error(
      "reset-seed-bigint",
      `reset({ seed: ${LARGEST_SEED}n }) was refused: ${messageOf(error)}.`,
    );
  }
}

/** The same seed gives the same observation, another seed another, and without a seed the stream goes on. */
export function checkSeeding(env: AnyEnv, findings: Findings): void {
  const start = (seed?: number | bigint): unknown =>
    copyOf(env.reset(seed === undefined ? {} : { seed }).observation);
  const first = start(123);
  const difference = firstDifference(first, start(123));
  if (difference !== undefined) {
    findings.error("seed-same", `reset({ seed: 123 }) twice gave different observations: ${difference}.`);
  }
  if (!sameBits(start(123), start(123n))) {
    findings.error(
      "seed-bigint",
      "reset({ seed: 123n }) gives another observation than reset({ seed: 123 }).",
    );
  }
  if ([124, 125, 126].every((seed) => sameBits(first, start(seed)))) {
    findings.warning(
      "seed-different",
      "reset() gives the same observation for the seeds 123, 124, 125 and 126.",
    );
  }
  start(123);
  if (!findings.hasErrors && [start(), start()].every((next) => sameBits(first, next))) {
    findings.warning("seed-stream", "reset() without a seed gives the first observation of the seed again.");
  }
}

/** Steps through episodes and looks at everything that comes back. */
export function checkSteps(env: AnyEnv, steps: number, findings: Findings): void {
  const actions = actionsOf(env, steps);
  let kept: unknown = env.reset({ seed: 1 }).observation;
  let copy = copyOf(kept);
  for (const action of actions) {
    const given = copyOf(action);
    const result: unknown = env.step(action);
    checkStepResult(result, env.observationSpace, findings);
    if (findings.hasErrors) return;
    if (!sameBits(given, action))
      findings.error("action-changed", "step() changed the action that it was given.");
    const { observation, terminated, truncated } = result as ReturnType<AnyEnv["step"]>;
    const isShared = typeof observation === "object" && observation === kept;
    if (isShared || !sameBits(kept, copy)) {
      findings.error(
        "observation-reused",
        "step() reuses the array of the observation before: the caller may keep it, so every one must be new.",
      );
    }
    kept = terminated || truncated ? env.reset().observation : observation;
    copy = copyOf(kept);
  }
}

export function checkStepOrder(env: AnyEnv, findings: Findings): void {
  const [action] = actionsOf(env, 1);
  if (isRefused(env, action)) return;
  findings.warning("step-before-reset", "step() before the first reset() was not refused; it should throw.");
}

/** A box's actions of another length, and numbers that a discrete space lacks, are refused. */
export function checkWrongAction(env: AnyEnv, findings: Findings): void {
  env.reset({ seed: 1 });
  const space: Space<unknown> = env.actionSpace;
  if (isBox(space)) {
    const size = space.low.length;
    for (const length of [size - 1, size + 1]) {
      if (isRefused(env, new Float32Array(length))) continue;
      findings.error(
        "action-length",
        `step() took an action of ${length} where the space has ${size}; it should throw.`,
      );
    }
  } else if (space.kind === "discrete") {
    const { n, start } = space as DiscreteSpace;
    for (const action of [start - 1, start + n]) {
      if (isRefused(env, action)) continue;
      findings.error(
        "action-outside",
        `step() took the action ${action}, which is not in ${space}; it should throw.`,
      );
    }
  }
}

function isRefused(env: AnyEnv, action: unknown): boolean {
  try {
    env.step(action);
  } catch {
    return true;
  }
  return false;
}

/** Not a number as an action may be refused or stepped; it must not break the environment for the next episode. */
export function checkNanAction(env: AnyEnv, findings: Findings): void {
  if (!isBox(env.actionSpace)) return;
  const before = copyOf(env.reset({ seed: 1 }).observation);
  const action: FloatArray = new Float32Array(env.actionSpace.low.length).fill(Number.NaN);
  try {
    env.step(action);
  } catch (error) {
    if (isCrash(error)) {
      findings.error("nan-action", `step() broke on an action that is not a number: ${messageOf(error)}.`);
    }
  }
  const difference = firstDifference(before, env.reset({ seed: 1 }).observation);
  if (difference !== undefined) {
    findings.error(
      "nan-action-stays",
      `After an action that is not a number, reset({ seed: 1 }) is another one: ${difference}.`,
    );
  }
}

/** What no refusal looks like. */
function isCrash(error: unknown): boolean {
  return !(error instanceof Error) || ["TypeError", "ReferenceError", "RuntimeError"].includes(error.name);
}

export function checkClose(env: AnyEnv, findings: Findings): void {
  env.reset({ seed: 1 });
  for (const [k, ordinal] of ["first", "second"].entries()) {
    try {
      const answer: unknown = env.close();
      if (answer instanceof Promise)
        findings.error("close-async", "close() must be synchronous, got a Promise.");
      else if (answer !== undefined) {
        findings.warning("close-result", `close() should return nothing, got ${described(answer)}.`);
      }
    } catch (error) {
      const code = k === 0 ? "close" : "close-twice";
      findings.error(code, `The ${ordinal} close() threw: ${messageOf(error)}.`);
    }
  }
}
