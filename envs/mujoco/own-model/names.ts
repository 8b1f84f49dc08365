import type { MjModel } from "@mujoco/mujoco";
import { didYouMean } from "../../../src/errors.js";

/** Kinds of things in a model that a task names. */
export type NamedKind = "body" | "geom" | "joint" | "keyframe" | "sensor" | "site";

const LISTS: Record<NamedKind, { count: (model: MjModel) => number; accessor: "jnt" | "key" | NamedKind }> = {
  body: { count: (model) => model.nbody, accessor: "body" },
  geom: { count: (model) => model.ngeom, accessor: "geom" },
  joint: { count: (model) => model.njnt, accessor: "jnt" },
  keyframe: { count: (model) => model.nkey, accessor: "key" },
  sensor: { count: (model) => model.nsensor, accessor: "sensor" },
  site: { count: (model) => model.nsite, accessor: "site" },
};

/**
 * The id of a named thing, as the model's arrays are ordered.
 *
 * Throws an Error that completes "the expression …": it names the thing, and the nearest or all that there are.
 */
export function idOf(model: MjModel, kind: NamedKind, name: string): number {
  const names = namesOf(model, kind);
  const id = names.indexOf(name);
  if (id >= 0 && name !== "") return id;
  const known = names.filter((other) => other !== "");
  const list = known.length === 0 ? ` It has no named ${kind}.` : ` It has ${known.join(", ")}.`;
  throw new Error(`names the ${kind} "${name}", which the model lacks.${didYouMean(name, known) || list}`);
}

/** By id; empty where the model gives no name. */
function namesOf(model: MjModel, kind: NamedKind): string[] {
  const { count, accessor } = LISTS[kind];
  return Array.from({ length: count(model) }, (_, id) => {
    const handle = (model as unknown as Record<string, (id: number) => { name: string; delete(): void }>)[
      accessor
    ]!(id);
    const { name } = handle;
    handle.delete();
    return name;
  });
}
