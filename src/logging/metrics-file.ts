import { closeSync, fstatSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { AppendFile } from "./append-file.js";

/** A line: numbers by tag at a step. */
export type MetricsRecord = { readonly step: number } & Readonly<Record<string, number | null>>;

/** Far more than the lines of one step: an episode, an iteration, an evaluation. */
const TAIL_BYTES = 1 << 16;

/** `metrics.jsonl`: one JSON object a line, append-only while a run lives. */
export class MetricsFile {
  readonly #file: AppendFile;

  /** truncateTo: when a run is resumed, the length that its checkpoint recorded; what came after is cut off. */
  constructor(
    readonly path: string,
    options: { truncateTo?: number } = {},
  ) {
    const { truncateTo } = options;
    if (truncateTo !== undefined) {
      checkMetricsLength(path, truncateTo);
      // By path: Windows cuts no file that was opened for appending.
      if (metricsLength(path) > truncateTo) describeDiskError(path, () => truncateSync(path, truncateTo));
    }
    this.#file = describeDiskError(path, () => new AppendFile(path, "a"));
  }

  /** Bytes in the file after the last flush. */
  get length(): number {
    return this.#file.length;
  }

  /** The lines of a step, which must be the last ones. Throws a sentence where one is no JSON. */
  recordsOfLastStep(step: number): MetricsRecord[] {
    const lines = describeDiskError(this.path, () => lastLines(this.path)).map((line) =>
      parseRecord(line, this.path),
    );
    return lines.slice(lines.findLastIndex((record) => record.step !== step) + 1);
  }

  /** Non-finite numbers become null, as JSON has none. */
  write(record: Readonly<Record<string, unknown>>): void {
    this.#file.append(Buffer.from(`${JSON.stringify(record)}\n`));
  }

  flush(): void {
    this.#file.flush();
  }

  /** Flushes, and waits until the disk has it: a checkpoint may then rely on `length`. */
  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

/** Throws a sentence when the file lacks lines that it had when a checkpoint was written. */
export function checkMetricsLength(path: string, recorded: number): void {
  const length = metricsLength(path);
  if (length >= recorded) return;
  throw new RlAdanError(
    "metrics-file",
    `${path} has ${length} bytes, but the checkpoint was written when it had ${recorded}: lines are missing.`,
  );
}

function metricsLength(path: string): number {
  return describeDiskError(path, () => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

/** The whole lines at the end of a file, as far as they begin within its last TAIL_BYTES. */
function lastLines(path: string): string[] {
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    readSync(descriptor, bytes, 0, bytes.length, start);
    const lines = bytes.toString().split("\n").slice(0, -1);
    return start === 0 ? lines : lines.slice(1);
  } finally {
    closeSync(descriptor);
  }
}

/** One line as an object; place: its file, or its file and line. Throws a sentence where it is none. */
export function parseRecord(line: string, place: string): MetricsRecord {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw new RlAdanError("metrics-file", `${place}: it is not a line of metrics.`, { cause });
  }
  if (typeof record === "object" && record !== null) return record as MetricsRecord;
  throw new RlAdanError("metrics-file", `${place}: it is not a line of metrics, but ${line.slice(0, 60)}.`);
}
