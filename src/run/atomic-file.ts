import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";

/** Writes a whole file or nothing: temporary name, fsync, one rename, fsync of the folder. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  describeDiskError(path, () => {
    try {
      writeDurably(temporary, data);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(dirname(path));
  });
}

/**
 * Makes a whole folder or nothing, in place of one that is there: `fill` writes into a folder of a temporary name, which then
 * takes the target's. Throws what the system says.
 */
export function writeFolderAtomic(target: string, fill: (temporary: string) => void): void {
  const temporary = temporaryFolderOf(target);
  try {
    // Of a process that was ended in the middle.
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
    fill(temporary);
    syncFolder(temporary);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  const old = `${temporary}.old`;
  const isReplacing = existsSync(target);
  if (isReplacing) renameSync(target, old);
  try {
    renameSync(temporary, target);
  } catch (error) {
    if (isReplacing) renameSync(old, target);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
  syncFolder(dirname(target));
}

export function temporaryFolderOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

/** Gives the space back; why there is none is what the user should read, not that removing failed too. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Whoever writes that folder next removes it.
  }
}

/** Writes a file and waits until the disk has it. */
export function writeDurably(path: string, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const descriptor = openSync(path, "w");
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written, bytes.length - written);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes renames in a folder durable; Windows neither needs nor allows it. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
