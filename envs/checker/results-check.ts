import type { ResetResult, StepResult } from "../api/env.js";
import type { BoxSpace, Space } from "../api/space.js";
import { isPlain } from "../plain-object.js";
import { described, type Findings } from "./finding.js";
import { isBox } from "./spaces-check.js";

/** What reset returned has an observation of the space and an info. */
export function checkResetResult(result: unknown, space: Space<unknown>, findings: Findings): void {
  if (!isObject(result) || !("observation" in result) || !("info" in result)) {
    findings.error("reset-result", `reset() must return { observation, info }, got ${keysOf(result)}.`);
    return;
  }
  const { observation, info } = result as unknown as ResetResult<unknown>;
  checkObservation(observation, space, "reset", findings);
  checkInfo(info, "reset", findings);
}

const STEP_FIELDS = ["observation", "reward", "terminated", "truncated", "info"] as const;

/** What step returned has its five fields, of the right types. */
export function checkStepResult(result: unknown, space: Space<unknown>, findings: Findings): void {
  const missing = isObject(result) ? STEP_FIELDS.filter((field) => !(field in result)) : STEP_FIELDS;
  if (missing.length > 0) {
    findings.error(
      "step-result",
      `step() must return { ${STEP_FIELDS.join(", ")} }; ${missing.join(", ")} missing of ${keysOf(result)}.`,
    );
    return;
  }
  const { observation, reward, terminated, truncated, info } = result as StepResult<unknown>;
  checkObservation(observation, space, "step", findings);
  if (typeof reward !== "number") {
    findings.error("reward-type", `step(): the reward must be a number, got ${described(reward)}.`);
  } else if (!Number.isFinite(reward)) {
    findings.error("reward-finite", `step(): the reward must be finite, got ${reward}.`);
  }
  for (const [name, value] of Object.entries({ terminated, truncated })) {
    if (typeof value === "boolean") continue;
    findings.error(`${name}-type`, `step(): ${name} must be true or false, got ${described(value)}.`);
  }
  checkInfo(info, "step", findings);
}

function checkObservation(
  observation: unknown,
  space: Space<unknown>,
  method: string,
  findings: Findings,
): void {
  if (isBox(space)) checkBoxObservation(observation, space, method, findings);
  else if (!space.contains(observation)) {
    findings.error(
      "observation-outside",
      `${method}(): the observation ${described(observation)} is not in ${space}.`,
    );
  }
}

function checkBoxObservation(
  observation: unknown,
  space: BoxSpace,
  method: string,
  findings: Findings,
): void {
  const wanted = space.dtype === "float32" ? "Float32Array" : "Float64Array";
  if (!(observation instanceof Float32Array || observation instanceof Float64Array)) {
    const got = described(observation);
    findings.error("observation-type", `${method}(): the observation must be a ${wanted}, got ${got}.`);
    return;
  }
  if (observation.length !== space.low.length) {
    findings.error(
      "observation-shape",
      `${method}(): the observation is of length ${observation.length}, its space of length ${space.low.length}.`,
    );
    return;
  }
  if (observation.constructor.name !== wanted) {
    findings.error(
      "observation-dtype",
      `${method}(): the observation must be a ${wanted}, as the space is ${space.dtype}; got ${described(observation)}.`,
    );
  }
  for (const [i, value] of observation.entries()) {
    const [low, high] = [space.low[i]!, space.high[i]!];
    if (value >= low && value <= high) continue;
    findings.error(
      "observation-outside",
      `${method}(): component ${i} of the observation is ${value}, outside [${low}, ${high}].`,
    );
    return;
  }
  // Other rules than the bounds are the space's own.
  if (observation.constructor.name === wanted && !space.contains(observation)) {
    findings.error("observation-outside", `${method}(): the observation is not in ${space}.`);
  }
}

function checkInfo(info: unknown, method: string, findings: Findings): void {
  if (!isPlain(info)) {
    findings.error("info-type", `${method}(): info must be a plain object, got ${described(info)}.`);
    return;
  }
  const key = Object.keys(info).find((name) => typeof info[name] === "function");
  if (key === undefined) return;
  findings.warning(
    "info-function",
    `${method}(): info.${key} is a function, which no other thread can be sent.`,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function keysOf(value: unknown): string {
  return isPlain(value) ? `{ ${Object.keys(value).join(", ")} }` : described(value);
}
