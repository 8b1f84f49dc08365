import type { BoxSpace } from "../envs/api/space.js";
import { UsageError } from "./errors.js";

/** The spaces of an environment that PPO can use: flat boxes. Throws UsageError naming the space that is none. */
export function boxSpacesOf(
  env: { readonly observationSpace: unknown; readonly actionSpace: unknown },
  id: string,
): { observationSpace: BoxSpace; actionSpace: BoxSpace } {
  return {
    observationSpace: box(env.observationSpace, id, "observation"),
    actionSpace: box(env.actionSpace, id, "action"),
  };
}

function box(space: unknown, id: string, what: string): BoxSpace {
  const candidate = space as BoxSpace;
  if (candidate?.kind === "box" && candidate.shape.length === 1) return candidate;
  throw new UsageError("space", `PPO needs a flat Box as ${what} space; ${id} has ${String(space)}.`);
}
