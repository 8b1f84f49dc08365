import { closeSync, fstatSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { AppendFile } from "./append-file.js";

/** Hundreds of millions of steps of short episodes. */
export const MAX_METRICS_BYTES = 1 << 30;

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
    this.#file.append(Buffer.from(`${withFixedWidthSpeed(JSON.stringify(record))}\n`));
  }

  flush(): void {
    this.#file.flush();
  }

  /** Flushes, and waits until the disk has it: a checkpoint may then rely on `length`. */
  sync(): void {
    this.#file.sync();
  }

  discard(): void {
    this.#file.discard();
  }

  close(): void {
    this.#file.close();
  }
}

/** Where a checkpoint's metrics end is part of it, and must not depend on the clock: a speed takes eight characters. */
function withFixedWidthSpeed(line: string): string {
  return line.replace(/("charts\/SPS":)(\d+)/, (_, key: string, digits: string) => key + digits.padStart(8));
}

/** Throws a sentence when the file lacks lines that it had when a checkpoint was written. */
export function checkMetricsLength(path: string, recorded: number): void {
  const length = metricsLength(path);
  if (length < recorded) {
    throw new RlAdanError(
      "metrics-file",
      `${path} has ${length} bytes, but the checkpoint was written when it had ${recorded}: lines are missing.`,
    );
  }
  if (recorded === 0 || byteAt(path, recorded - 1) === LINE_BREAK) return;
  throw new RlAdanError("metrics-file", `${path} has other lines than when the checkpoint was written.`);
}

/** Bytes of the lines from the first on that are of steps up to this one. Throws a sentence when the file is no longer whole. */
export function metricsLengthUpTo(path: string, step: number): number {
  if (metricsLength(path) === 0) return 0;
  const lines = describeDiskError(path, () => readLimitedFile(path, MAX_METRICS_BYTES))
    .toString()
    .split("\n");
  let bytes = 0;
  for (const line of lines.slice(0, -1)) {
    if (parseRecord(line, path).step > step) break;
    bytes += Buffer.byteLength(line) + 1;
  }
  return bytes;
}

const LINE_BREAK = 10;

function byteAt(path: string, position: number): number {
  return describeDiskError(path, () => {
    const descriptor = openSync(path, "r");
    try {
      const byte = Buffer.alloc(1);
      readSync(descriptor, byte, 0, 1, position);
      return byte[0]!;
    } finally {
      closeSync(descriptor);
    }
  });
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
