import { RlAdanError } from "../../src/errors.js";
import { InvalidArgument } from "../api/errors.js";
import { type EnvArguments, type Range, readArguments } from "../arguments.js";

/** More would only hide a slip: 10,000 engine steps are minutes of simulated time. */
export const MAX_FRAME_SKIP = 10_000;

/**
 * Gymnasium's two usable generations of the MuJoCo environments. Throughout, v4 takes fewer arguments, says nothing
 * after a reset and names the parts of the reward differently; what else differs is said where it differs.
 */
export type Version = "v4" | "v5";

type Defaults = Record<string, number | boolean | Range>;

/** The arguments that an environment accepts, with their defaults; one without v4 is not usable in that version. */
export interface AcceptedArguments<V4 extends Defaults = Defaults, V5 extends Defaults = Defaults> {
  readonly v4?: V4;
  readonly v5: V5;
}

/**
 * The given arguments of `name-version` over v5's defaults: what v4 doesn't take is as in v5.
 *
 * Throws InvalidArgument naming the environment, the argument and the value.
 */
export function readVersioned<V4 extends Defaults, V5 extends Defaults>(
  name: string,
  version: Version,
  accepted: AcceptedArguments<V4, V5>,
  kwargs: EnvArguments,
): V5 & Partial<V4> {
  const id = `${name}-${version}`;
  const defaults: Defaults = accepted[version] ?? {};
  const parsed = { ...accepted.v5, ...readArguments(id, defaults, kwargs) };
  const frameSkip = parsed["frame_skip"];
  if (
    !Number.isSafeInteger(frameSkip) ||
    (frameSkip as number) < 1 ||
    (frameSkip as number) > MAX_FRAME_SKIP
  ) {
    throw new InvalidArgument(
      "env-argument",
      `${id}: argument frame_skip must be a whole number from 1 to ${MAX_FRAME_SKIP}, got ${frameSkip}.`,
    );
  }
  return parsed as V5 & Partial<V4>;
}

/** Whether a step earns the survival reward: in v4 also the one on which the figure falls, where that ends the episode. */
export function earnsSurvival(
  version: Version,
  isHealthy: boolean,
  terminateWhenUnhealthy: boolean,
): boolean {
  return isHealthy || (version === "v4" && terminateWhenUnhealthy);
}

/**
 * A model with one passage replaced.
 *
 * Throws RlAdanError unless the passage stands there exactly once, so that an edited model can't lose a version's
 * difference unnoticed.
 */
export function replaceOnce(xml: string, passage: string, replacement: string): string {
  const [before, after, ...more] = xml.split(passage);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new RlAdanError("mujoco-model", `The model must hold this exactly once: ${passage}`);
  }
  return before + replacement + after;
}
