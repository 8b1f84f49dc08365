import * as z from "zod";
import { readCount } from "./counts.js";

/** What an error says of a field besides the value: the words that finish `key "epochs" must be …`, and names to guess from. */
interface Expectation {
  readonly words: string;
  readonly names?: () => readonly string[];
}

/** Every field carries its expectation, so that an error states the whole of what is allowed, not one broken bound. */
const expectations = z.registry<Expectation>();

/** What a field's value must be, in words. */
export function expectedWords(schema: z.ZodType): string {
  const expectation = expectations.get(schema);
  if (expectation?.names === undefined) return expectation?.words ?? "something else";
  return expectation.words.replace("%names", listed(expectation.names()));
}

/** The words a field may take; none when it takes other things. */
export function expectedNames(schema: z.ZodType): readonly string[] {
  return expectations.get(schema)?.names?.() ?? [];
}

/** Any schema, with its words. */
export function described<T extends z.ZodType>(schema: T, words: string): T {
  return expecting(schema, { words });
}

function expecting<T extends z.ZodType>(schema: T, expectation: Expectation): T {
  expectations.add(schema, expectation);
  return schema;
}

/** An integer within [min, max] that float64 holds exactly. */
export function wholeNumber({ min, max }: { min: number; max?: number }) {
  const schema = z.int().min(min);
  return described(max === undefined ? schema : schema.max(max), `a whole number ${range(min, max)}`);
}

/** Like a whole number; also takes `1e6`, `1M`, `200k`. */
export function count({ min }: { min: number }) {
  const schema = z.preprocess(
    (value) => (typeof value === "string" ? (readCount(value) ?? value) : value),
    z.int().min(min),
  );
  return described(schema, `a whole number of at least ${min} (1000, 1e6, 1M, 200k)`);
}

/** A finite number within [min, max]; without `max`, of at least `min`. */
export function numberWithin({ min, max }: { min: number; max?: number }) {
  const schema = z.number().min(min);
  return described(max === undefined ? schema : schema.max(max), `a number ${range(min, max)}`);
}

/** A finite number above 0, or null for "off". */
export function positiveOrNull() {
  return described(z.number().positive().nullable(), "a number above 0, or null");
}

export function flag() {
  return described(z.boolean(), "true or false");
}

export function text(expected: string) {
  return described(z.string().min(1), expected);
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(names: T) {
  return expecting(z.enum(names), { words: "one of %names", names: () => names });
}

export function oneOfOrNull<const T extends readonly [string, ...string[]]>(names: T) {
  return expecting(z.enum(names).nullable(), { words: "one of %names, or null", names: () => names });
}

/** A name from a list that may grow at run time. */
export function nameFrom(names: () => readonly string[]) {
  const schema = z.string().refine((name) => names().includes(name));
  return expecting(schema, { words: "one of %names", names });
}

/** A number of at least 0, or an expression of `progress` and `step` (compiled by `compileSchedule`). */
export function schedule() {
  return described(
    z.union([z.number().min(0), z.string().min(1)]),
    'a number of at least 0, or an expression like "3e-4 * (1 - progress)"',
  );
}

function range(min: number, max: number | undefined): string {
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
