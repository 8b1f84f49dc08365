import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Whether this call made the folder, rather than another run that had the same idea. */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A folder and those above it, one by one: Node 20's recursive mkdir never returns where a file system refuses (/proc). */
export function makeFolders(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) makeFolders(parent);
  makeFolder(path);
}
