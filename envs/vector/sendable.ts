import { described } from "../checker/finding.js";
import { isPlain } from "../plain-object.js";
import { UnsendableValue } from "./errors.js";

/**
 * A copy of plain data that can be sent to another thread: values, typed arrays, arrays and plain objects.
 *
 * A structured clone alone would make an object of a class into something else without a word, and of a view into an
 * engine's memory it would copy all of that memory.
 *
 * at: where the value stands, for messages. Throws UnsendableValue naming the place of what is none of these.
 */
export function sendable(value: unknown, at: string, around: readonly unknown[] = []): unknown {
  if (value === null || !["object", "function", "symbol"].includes(typeof value)) return value;
  if (ArrayBuffer.isView(value) && "slice" in value) return (value as Uint8Array).slice();
  const isArray = Array.isArray(value);
  if ((!isArray && !isPlain(value)) || around.includes(value)) {
    throw new UnsendableValue(
      "vector-send",
      `${at} is ${around.includes(value) ? "an object within itself" : described(value)}, which can't be sent between ` +
        "threads; plain data can, and with mode sync anything.",
    );
  }
  const within = [...around, value];
  if (isArray) return value.map((item, i) => sendable(item, `${at}[${i}]`, within));
  const entries = Object.entries(value).map(([key, item]) => [key, sendable(item, `${at}.${key}`, within)]);
  return Object.fromEntries(entries) as unknown;
}
