import type * as z from "zod";
import { didYouMean, UsageError } from "../errors.js";
import { expectedNames, expectedWords } from "./fields.js";
import type { ConfigLayer } from "./layer.js";

/** Fields of a config by key, made by `fields.ts`. */
export type ConfigShape = Readonly<Record<string, z.ZodType>>;

/** Longer values are cut in messages. */
const MAX_SHOWN_CHARACTERS = 60;

/** One sentence per key of the layer that the shape does not know, with the nearest one that it does. */
export function unknownKeys(layer: ConfigLayer, shape: ConfigShape): string[] {
  return [...layer]
    .filter(([key]) => !Object.hasOwn(shape, key))
    .map(([key, { subject }]) => `${subject} is unknown.${didYouMean(key, Object.keys(shape))}`);
}

/** One sentence per value of the layer that its field does not accept. */
export function unfitValues(layer: ConfigLayer, shape: ConfigShape): string[] {
  return [...layer].flatMap(([key, { value, subject }]) => {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (field === undefined || field.safeParse(value).success) return [];
    const hint = typeof value === "string" ? didYouMean(value, expectedNames(field)) : "";
    return [`${subject} must be ${expectedWords(field)}, got ${show(value)}.${hint}`];
  });
}

/** Throws all problems at once, one a line; does nothing when there are none. */
export function throwProblems(problems: readonly string[]): void {
  if (problems.length > 0) throw new UsageError("config", problems.join("\n"));
}

function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}
