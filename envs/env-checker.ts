import {
  checkClose,
  checkNanAction,
  checkReset,
  checkSeeding,
  checkStepOrder,
  checkSteps,
  checkWrongAction,
} from "./checker/calls-check.js";
import { CHECKS, type CheckName, described, type Finding, Findings, messageOf } from "./checker/finding.js";
import { checkDeterminism, checkIndependence, checkRestore } from "./checker/instances-check.js";
import { checkSpaces } from "./checker/spaces-check.js";
import { actionsOf } from "./checker/trajectory.js";
import type { AnyEnv } from "./registry.js";

export { CHECKS, type CheckName, type Finding, type Severity } from "./checker/finding.js";

export interface EnvCheckOptions {
  /** Steps of each check that steps; 200 by default. */
  readonly steps?: number;
  /** Seconds of measuring the speed; 0.25 by default, 0 to leave it out. */
  readonly speedSeconds?: number;
  /** Called as each check ends. `findings` is empty where all was well; null: left out, after an earlier error. */
  readonly onCheck?: (check: CheckName, findings: readonly Finding[] | null) => void;
}

const DEFAULT_STEPS = 200;
const DEFAULT_SPEED_SECONDS = 0.25;
/** Without these nothing that follows could be understood. */
const BASIC: ReadonlySet<CheckName> = new Set(["spaces", "reset", "step"]);

/**
 * Checks an environment: Gymnasium's checker (spaces, reset, step, seeds, order of calls, close), and what training
 * here rests on besides: equal bits from equal seeds, exact restoring, instances that don't know of each other.
 *
 * makeEnv: makes a fresh instance each time; all are closed in the end.
 * Never throws for what the environment does: an exception of its own is a finding as well. After an error in its
 * spaces, reset or step, the checks that follow are left out.
 * Source: Gymnasium 1.4, utils/env_checker.py, for what is checked.
 */
export async function checkEnv(
  makeEnv: () => Promise<AnyEnv>,
  options: EnvCheckOptions = {},
): Promise<Finding[]> {
  const { steps = DEFAULT_STEPS, speedSeconds = DEFAULT_SPEED_SECONDS, onCheck = () => {} } = options;
  const all: Finding[] = [];
  let isBroken = false;
  for (const check of CHECKS) {
    if (check === "speed" && speedSeconds === 0) continue;
    if (isBroken) {
      onCheck(check, null);
      continue;
    }
    const findings = await runCheck(check, makeEnv, { steps, speedSeconds });
    all.push(...findings.all);
    isBroken = BASIC.has(check) && findings.hasErrors;
    onCheck(check, findings.all);
  }
  return all;
}

interface Lengths {
  readonly steps: number;
  readonly speedSeconds: number;
}

/** One check on instances of its own, so that no check sees what another left behind. */
async function runCheck(
  check: CheckName,
  makeEnv: () => Promise<AnyEnv>,
  lengths: Lengths,
): Promise<Findings> {
  const findings = new Findings(check);
  const made: AnyEnv[] = [];
  const make = async () => {
    const env = await makeEnv();
    made.push(env);
    return env;
  };
  try {
    await perform(check, make, lengths, findings);
  } catch (error) {
    findings.error(
      `${check}-threw`,
      `The environment threw ${described(error)}: ${messageOf(error).replace(/\.$/, "")}.`,
    );
  }
  for (const env of made) closeQuietly(env);
  return findings;
}

async function perform(
  check: CheckName,
  make: () => Promise<AnyEnv>,
  { steps, speedSeconds }: Lengths,
  findings: Findings,
): Promise<void> {
  switch (check) {
    case "spaces":
      return checkSpaces(await make(), findings);
    case "reset":
      return checkReset(await make(), findings);
    case "seeding":
      return checkSeeding(await make(), findings);
    case "step":
      return checkSteps(await make(), steps, findings);
    case "step-order":
      return checkStepOrder(await make(), findings);
    case "wrong-action":
      return checkWrongAction(await make(), findings);
    case "nan-action":
      return checkNanAction(await make(), findings);
    case "close":
      return checkClose(await make(), findings);
    case "determinism":
      return checkDeterminism(await make(), await make(), steps, findings);
    case "restore":
      return checkRestore(make, steps, findings);
    case "independence":
      return checkIndependence(make, steps, findings);
    case "speed":
      return measureSpeed(await make(), speedSeconds, findings);
  }
}

/** Informational: one instance, one thread, random actions, resets included. */
function measureSpeed(env: AnyEnv, seconds: number, findings: Findings): void {
  const actions = actionsOf(env, 64);
  env.reset({ seed: 1 });
  const start = performance.now();
  let steps = 0;
  let elapsed = 0;
  for (; elapsed < 1000 * seconds; elapsed = performance.now() - start) {
    for (const action of actions) {
      const { terminated, truncated } = env.step(action);
      if (terminated || truncated) env.reset();
    }
    steps += actions.length;
  }
  const rate = Math.round((1000 * steps) / elapsed);
  findings.info("speed", `${rate} steps/s (one instance, one thread, random actions).`);
}

/** What closing does wrong is told by its own check. */
function closeQuietly(env: AnyEnv): void {
  try {
    env.close();
  } catch {
    // Told by the check of close.
  }
}
