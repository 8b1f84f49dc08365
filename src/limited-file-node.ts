import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { RlAdanError } from "./errors.js";

const CHUNK_BYTES = 64 * 1024;

/**
 * The bytes of a file, of which no more than `maxBytes` are ever taken into memory, whatever its size says.
 *
 * Throws RlAdanError when there are more; what the system refuses is left to the caller.
 */
export function readLimitedFile(path: string, maxBytes: number): Buffer {
  const descriptor = openSync(path, "r");
  try {
    const stats = fstatSync(descriptor);
    const refuse = (size: string) =>
      new RlAdanError("file-size", `${path} has ${size} bytes; at most ${maxBytes} are read.`);
    if (stats.isFile() && stats.size > maxBytes) throw refuse(String(stats.size));
    const chunks: Buffer[] = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, stats.isFile() ? stats.size - total + 1 : 0));
      const count = readSync(descriptor, chunk, 0, chunk.length, null);
      if (count === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      total += count;
      if (total > maxBytes) throw refuse(`more than ${maxBytes}`);
      chunks.push(chunk.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}
