import { UsageError } from "../errors.js";
import type { ConfigEntry, ConfigLayer } from "./layer.js";
import { parseYamlValue } from "./yaml-file.js";

/**
 * What the command line says of config keys: `--set key=value` first, then flags, which are the kebab case of keys.
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
    const [, key, text] = /^\s*([^\s=]+)\s*=(.*)$/s.exec(assignment) ?? [];
    if (key === undefined || text === undefined) {
      throw new UsageError("config", `${place}: write key=value, for instance --set epochs=5.`);
    }
    layer.set(key, { value: parseYamlValue(text, place), subject: `${place}: key "${key}"` });
  }
  for (const [key, given] of Object.entries(flags)) {
    if (given === undefined) continue;
    const flag = `--${key.replaceAll("_", "-")}`;
    layer.set(key, { value: typeof given === "string" ? parseYamlValue(given, flag) : given, subject: flag });
  }
  return layer;
}
