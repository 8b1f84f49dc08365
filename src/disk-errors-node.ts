import { RlAdanError } from "./errors.js";

const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: "permission was denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOENT: "there is no such file or folder (any more)",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  EEXIST: "something of that name is there already",
  EMFILE: "too many files are open",
};

/** Runs a file operation; what the system refuses becomes a sentence that names the path. */
export function describeDiskError<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code?.replace("ERR_FS_", "");
    // ERR_… is Node's word for a wrong argument: a fault, not the disk's.
    if (code === undefined || code.startsWith("ERR_") || error instanceof RlAdanError) throw error;
    throw new RlAdanError("disk", `${path}: ${SENTENCES[code] ?? `the system answered ${code}`}.`, {
      cause: error,
    });
  }
}
