import { closeSync, fstatSync, fsyncSync, openSync, truncateSync, writeSync } from "node:fs";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";

/** `metrics.jsonl`: one JSON object a line, append-only while a run lives. */
export class MetricsFile {
  readonly #descriptor: number;
  #length: number;
  #pending = "";

  /** truncateTo: when a run is resumed, the length that its checkpoint recorded; what came after is cut off. */
  constructor(
    readonly path: string,
    options: { truncateTo?: number } = {},
  ) {
    this.#descriptor = describeDiskError(path, () => openSync(path, "a"));
    this.#length = fstatSync(this.#descriptor).size;
    const { truncateTo } = options;
    if (truncateTo === undefined) return;
    if (truncateTo > this.#length) {
      throw new RlAdanError(
        "metrics-file",
        `${path} has ${this.#length} bytes, but the checkpoint was written when it had ${truncateTo}: lines are missing.`,
      );
    }
    // By path: Windows cuts no file that was opened for appending.
    describeDiskError(path, () => truncateSync(path, truncateTo));
    this.#length = truncateTo;
  }

  /** Bytes in the file after the last flush. */
  get length(): number {
    return this.#length;
  }

  /** Non-finite numbers become null, as JSON has none. */
  write(record: Readonly<Record<string, unknown>>): void {
    this.#pending += `${JSON.stringify(record)}\n`;
  }

  flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = "";
    describeDiskError(this.path, () => {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
      }
    });
    this.#length += bytes.length;
  }

  /** Flushes, and waits until the disk has it: a checkpoint may then rely on `length`. */
  sync(): void {
    this.flush();
    describeDiskError(this.path, () => fsyncSync(this.#descriptor));
  }

  close(): void {
    this.sync();
    closeSync(this.#descriptor);
  }
}
