/** What is to happen at one of the operations that change the files below a folder. */
export interface DiskFault {
  /** Which operation, from 1; Infinity: none, they are only counted. */
  readonly at: number;
  /**
   * An error code, like ENOSPC or EROFS: this operation and all later ones fail (of a full disk those that need space; a write gets
   * half through first). "vanish": the folder is removed before it. "heap": the heap is filled until V8 gives up.
   */
  readonly kind: string;
  /** Later operations succeed again. */
  readonly once?: boolean;
}

/** Patches node:fs when imported, or preloaded (`node --import`); watches one folder at a time, from here on. */
export function injectDiskFault(folder: string, fault: DiskFault): void;

/** How many operations there were since then. */
export function countedOperations(): number;
