import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import type { RunDirectory } from "./run-directory.js";

/** A score of numbers. */
const MAX_RESULT_BYTES = 1 << 16;

/** What `result.json` of a finished run holds, as it is. Throws a sentence when that is no object. */
export function readRunResult({ result: path }: RunDirectory): Readonly<Record<string, unknown>> {
  const bytes = describeDiskError(path, () => readLimitedFile(path, MAX_RESULT_BYTES));
  const result = parse(bytes.toString("utf8"));
  if (typeof result === "object" && result !== null && !Array.isArray(result)) {
    return result as Record<string, unknown>;
  }
  throw new RlAdanError(
    "run-result",
    `${path} is not the result of a run; remove it, and --resume makes it again.`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
