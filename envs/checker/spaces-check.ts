import type { BoxSpace, Space } from "../api/space.js";
import type { AnyEnv } from "../registry.js";
import { described, type Findings, messageOf } from "./finding.js";
import { firstDifference } from "./same-bits.js";

const METHODS = ["seed", "sample", "contains"] as const;

/** The spaces exist, are spaces, draw what they contain, and have bounds that leave room. */
export function checkSpaces(env: AnyEnv, findings: Findings): void {
  checkSpace(env.observationSpace, "observation", findings);
  checkSpace(env.actionSpace, "action", findings);
}

export function isBox(space: unknown): space is BoxSpace {
  return (space as Partial<BoxSpace> | undefined)?.kind === "box";
}

function checkSpace(space: Partial<Space<unknown>> | undefined, what: string, findings: Findings): void {
  if (space === undefined || space === null) {
    findings.error(`${what}-space-missing`, `The environment has no ${what}Space.`);
    return;
  }
  const missing = METHODS.filter((name) => typeof space[name] !== "function");
  const isShape = Array.isArray(space.shape) && space.shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (typeof space.kind !== "string" || !isShape || missing.length > 0) {
    findings.error(
      `${what}-space-invalid`,
      `${what}Space is not a space: it needs a kind, a shape and the methods ${METHODS.join(", ")}; got ${described(space)}` +
        `${missing.length > 0 ? ` without ${missing.join(", ")}` : ""}.`,
    );
    return;
  }
  if (isBox(space)) checkBounds(space, what, findings);
  if (!findings.hasErrors) checkSamples(space as Space<unknown>, what, findings);
}

function checkBounds({ low, high, shape }: BoxSpace, what: string, findings: Findings): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (low?.length !== size || high?.length !== size) {
    findings.error(
      `${what}-space-bounds`,
      `${what}Space has ${low?.length} lower and ${high?.length} upper bounds for ${size} components.`,
    );
    return;
  }
  for (let i = 0; i < size; i++) {
    const [least, most] = [low[i]!, high[i]!];
    if (!(least <= most)) {
      findings.error(
        `${what}-space-bounds`,
        `${what}Space: low ${least} is not at most high ${most} (component ${i}).`,
      );
    } else if (least === most) {
      findings.warning(
        `${what}-space-no-room`,
        `${what}Space: low and high of component ${i} are both ${least}; it can only have one value.`,
      );
    } else if (what === "action" && (least === -Infinity || most === Infinity)) {
      findings.warning(
        "action-space-unbounded",
        `actionSpace: component ${i} is unbounded (${least} to ${most}), so actions can't be scaled to it.`,
      );
    }
  }
}

function checkSamples(space: Space<unknown>, what: string, findings: Findings): void {
  try {
    space.seed(1);
    const sample = space.sample();
    if (!space.contains(sample)) {
      findings.error(
        `${what}-space-sample`,
        `${what}Space drew a sample that it does not contain: ${described(sample)}.`,
      );
    }
    space.seed(1);
    const difference = firstDifference(sample, space.sample());
    if (difference !== undefined) {
      findings.error(
        `${what}-space-seed`,
        `${what}Space draws other samples after the same seed(1): ${difference}.`,
      );
    }
  } catch (error) {
    findings.error(`${what}-space-sample`, `${what}Space could not be sampled: ${messageOf(error)}.`);
  }
}
