import type { StateTree } from "../api/state.js";
import { isPlain } from "../plain-object.js";
import type { AnyEnv } from "../registry.js";
import { described, type Findings, messageOf } from "./finding.js";
import { copyOf, firstDifference } from "./same-bits.js";
import { actionsOf, continueFrom, type Moment, resetMoment, stepMoment } from "./trajectory.js";

/** Where two trajectories part, as a finding tells it; infos apart, as they may hold what is measured. */
function parting(a: readonly Moment[], b: readonly Moment[]): { isInfo: boolean; where: string } | undefined {
  const without = ({ observation, outcome }: Moment) => ({ observation, ...outcome });
  for (const [k, moment] of a.entries()) {
    const difference = firstDifference(without(moment), without(b[k]!));
    if (difference !== undefined) return { isInfo: false, where: `step ${k}, ${difference.slice(1)}` };
  }
  for (const [k, { info }] of a.entries()) {
    const difference = firstDifference(info, b[k]!.info);
    if (difference !== undefined) return { isInfo: true, where: `step ${k}, info${difference}` };
  }
  return undefined;
}

/** Two fresh instances with the same seed and the same actions give equal bits. */
export function checkDeterminism(first: AnyEnv, second: AnyEnv, steps: number, findings: Findings): void {
  const actions = actionsOf(first, steps);
  const run = (env: AnyEnv) => [resetMoment(env, 7), ...actions.map((action) => stepMoment(env, action))];
  const parted = parting(run(first), run(second));
  if (parted === undefined) return;
  if (parted.isInfo) {
    findings.warning(
      "deterministic-info",
      `Two instances with one seed and the same actions differ at ${parted.where}.`,
    );
  } else {
    findings.error(
      "deterministic",
      `Two instances with one seed and the same actions part at ${parted.where}.`,
    );
  }
}

/** A restored state continues bit for bit, in the same instance and in others. */
export async function checkRestore(
  make: () => Promise<AnyEnv>,
  steps: number,
  findings: Findings,
): Promise<void> {
  const env = await make();
  if (typeof env.state !== "function" || typeof env.restore !== "function") {
    const has = [env.state, env.restore].some((method) => typeof method === "function");
    if (has)
      findings.error("state-half", "state() and restore() belong together; the environment has only one.");
    else findings.warning("state-missing", "Without state() and restore() a training run can't be resumed.");
    return;
  }
  const actions = actionsOf(env, steps);
  resetMoment(env, 11);
  for (const action of actions) stepMoment(env, action);
  const state = env.state();
  const impure = impurity(state, "state");
  if (impure !== undefined) {
    findings.error("state-plain", impure);
    return;
  }
  const saved = copyOf(state);
  const expected = continueFrom(env, actions);
  const changed = firstDifference(saved, state);
  if (changed !== undefined) {
    findings.error("state-view", `state() must be a copy, but later steps changed it: state${changed}.`);
  }
  const elsewhere = await make();
  resetMoment(elsewhere, 12);
  for (const action of actions.slice(0, 3)) stepMoment(elsewhere, action);
  const places: [string, string, AnyEnv][] = [
    ["restore-same", "the same instance", env],
    ["restore-other", "another instance", elsewhere],
    ["restore-fresh", "an instance that was never reset", await make()],
  ];
  for (const [code, place, target] of places) {
    try {
      target.restore?.(copyOf(saved));
      const parted = parting(expected, continueFrom(target, actions));
      if (parted === undefined) continue;
      const message = `A state restored into ${place} goes on differently at ${parted.where}.`;
      if (parted.isInfo) findings.warning(`${code}-info`, message);
      else findings.error(code, message);
    } catch (error) {
      findings.error(code, `A state could not be restored into ${place}: ${messageOf(error)}.`);
    }
  }
}

/** What makes a state unfit for a checkpoint, as a sentence. */
function impurity(value: unknown, at: string): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string" || isStored(value))
    return undefined;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return undefined;
    return `${at} is ${value}; only typed arrays may hold numbers that are not finite.`;
  }
  if (!Array.isArray(value) && !isPlain(value)) {
    return `${at} is ${described(value)}; a state holds plain objects, arrays, typed arrays, numbers, strings, booleans and null.`;
  }
  for (const [key, held] of Object.entries(value)) {
    const found = impurity(held, `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isStored(value: unknown): value is StateTree {
  return [Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array].some(
    (kind) => value instanceof kind,
  );
}

/** Another instance that is reset, stepped and closed in between changes nothing. */
export async function checkIndependence(
  make: () => Promise<AnyEnv>,
  steps: number,
  findings: Findings,
): Promise<void> {
  const env = await make();
  const actions = actionsOf(env, steps);
  const others = actionsOf(env, steps, 2);
  const run = () => [resetMoment(env, 21), ...actions.map((action) => stepMoment(env, action))];
  const alone = run();
  // Without equal bits from equal seeds, which has its own check, there is nothing to compare with.
  if (parting(alone, run()) !== undefined) return;
  const beside = await make();
  const together = [resetMoment(env, 21)];
  resetMoment(beside, 22);
  for (const [k, action] of actions.entries()) {
    if (k < steps >> 1) stepMoment(beside, others[k]);
    else if (k === steps >> 1) beside.close();
    together.push(stepMoment(env, action));
  }
  const parted = parting(alone, together);
  if (parted === undefined) return;
  findings.error(
    "independence",
    `Another instance changes this one: stepped side by side, it differs at ${parted.where}.`,
  );
}
