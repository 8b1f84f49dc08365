import { RlAdanError, UsageError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { parseYamlMapping, type YamlMapping } from "./yaml-file.js";

/** More than the characters that a config or a model may have can take; anything larger is something else. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Reads a YAML file of config keys; errors name it as `shownAs`. Throws UsageError when it cannot be read or parsed. */
export function readConfigFile(path: string, shownAs = path): YamlMapping {
  return parseYamlMapping(readText(path, `The config file ${shownAs}`), shownAs);
}

/** The same for the `config.yaml` of a run, which ends a line: cut off within its last number, it would still be YAML. */
export function readRunConfigFile(path: string): YamlMapping {
  const text = readText(path, `The config file ${path}`);
  if (text.endsWith("\n")) return parseYamlMapping(text, path);
  throw new UsageError("config-file", `${path} was cut off: its last line has no end.`);
}

/** The text of a file that the user named; `subject` begins the sentence of the UsageError when it cannot be read. */
export function readText(path: string, subject: string): string {
  try {
    return readLimitedFile(path, MAX_TEXT_BYTES).toString("utf8");
  } catch (cause) {
    if (cause instanceof RlAdanError) {
      throw new UsageError("config-file", `${subject} cannot be read: ${cause.message}`, { cause });
    }
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : `${code}`;
    throw new UsageError("config-file", `${subject} cannot be read: ${reason}.`, { cause });
  }
}
