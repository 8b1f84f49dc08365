import { UsageError } from "../errors.js";
import type { ConfigEntry, ConfigLayer } from "./layer.js";
import { parseYamlValue } from "./yaml-file.js";

/**
 * What the command line says of config keys: `--set key=value` first, then flags, which are the kebab case of keys.
 *
 * `--set env_options.frame_skip=2` sets one key of a mapping and leaves its others as they are.
 *
 * Text is read as YAML reads it: `1e-3` is a number, `[64, 64]` a list, `null` itself. Undefined flags count as not
 * given. Throws UsageError, naming the flag, for what has no `=` or is no YAML.
 */
export function commandLineLayer(
  set: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): ConfigLayer {
  const layer = new Map<string, ConfigEntry>();
  for (const assignment of set) {
    const place = `--set ${assignment}`;
    const [key, text] = readAssignment(assignment);
    const [outer, inner] = splitKey(key);
    const value = parseYamlValue(text, place);
    const subject = `${place}: key "${outer}"`;
    const before = layer.get(outer);
    if (inner === undefined) layer.set(outer, { value, subject });
    else {
      const others = (before?.value ?? {}) as Readonly<Record<string, unknown>>;
      const isPart = before === undefined || before.isPart === true;
      layer.set(outer, { value: { ...others, [inner]: value }, subject, isPart });
    }
  }
  for (const [key, given] of Object.entries(flags)) {
    if (given !== undefined) layer.set(key, entry(given, `--${key.replaceAll("_", "-")}`));
  }
  return layer;
}

/** `key=value` of `--set`. Throws UsageError for what has no `=`. example: how it is to be written. */
export function readAssignment(
  assignment: string,
  example = "key=value, for instance --set epochs=5",
): [key: string, text: string] {
  const [, key, text] = /^\s*([^\s=]+)\s*=(.*)$/s.exec(assignment) ?? [];
  if (key !== undefined && text !== undefined) return [key, text];
  throw new UsageError("config", `--set ${assignment}: write ${example}.`);
}

/** What a program says of config keys, text read as flags' is. */
export function settingsLayer(settings: Readonly<Record<string, unknown>>): ConfigLayer {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return new Map(given.map(([key, value]) => [key, entry(value, key)]));
}

function entry(given: unknown, subject: string): ConfigEntry {
  return { value: typeof given === "string" ? parseYamlValue(given, subject) : given, subject };
}

/** `a.b` is key b of the mapping a. */
function splitKey(key: string): [outer: string, inner: string | undefined] {
  const at = key.indexOf(".");
  return at === -1 ? [key, undefined] : [key.slice(0, at), key.slice(at + 1)];
}
