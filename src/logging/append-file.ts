import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from "node:fs";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";

/**
 * A file that only grows. Where the disk takes only a part of what is appended, the rest is kept: the next attempt goes on
 * behind that part, so that a record cut off by a full disk is completed once there is space again.
 */
export class AppendFile {
  readonly #descriptor: number;
  #length: number;
  #pending: Uint8Array[] = [];
  #isClosed = false;

  /** flags: as `openSync` takes them, "a" or "ax". Throws what the system says. */
  constructor(
    readonly path: string,
    flags: "a" | "ax",
  ) {
    this.#descriptor = openSync(path, flags);
    this.#length = fstatSync(this.#descriptor).size;
  }

  /** Bytes in the file: what is appended counts when it is flushed. */
  get length(): number {
    return this.#length;
  }

  /** Kept in memory until the next flush. */
  append(bytes: Uint8Array): void {
    this.#pending.push(bytes);
  }

  /** Writes what has gathered. Throws a sentence when the disk refuses. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.concat(this.#pending);
    let written = 0;
    try {
      describeDiskError(this.path, () => {
        while (written < bytes.length) {
          written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
        }
      });
    } finally {
      this.#length += written;
      this.#pending = written === bytes.length ? [] : [bytes.subarray(written)];
    }
  }

  /**
   * Flushes, and waits until the disk has it: a checkpoint may then rely on `length`. Throws a sentence also when somebody
   * removed or cut the file meanwhile.
   */
  sync(): void {
    this.flush();
    const { nlink, size } = describeDiskError(this.path, () => {
      fsyncSync(this.#descriptor);
      return fstatSync(this.#descriptor);
    });
    if (nlink > 0 && size >= this.#length) return;
    const what = nlink === 0 ? "was removed" : `has only ${size} of ${this.#length} bytes left`;
    throw new RlAdanError(
      "disk",
      `${this.path} ${what} while the run goes on; what was saved before is whole.`,
    );
  }

  /** Ends without writing what has gathered: the file is another's by now. */
  discard(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    describeDiskError(this.path, () => closeSync(this.#descriptor));
  }

  /** Flushes; the second time it does nothing: the descriptor may be another file's by then. */
  close(): void {
    if (this.#isClosed) return;
    try {
      this.sync();
    } finally {
      this.discard();
    }
  }
}
