// Preloaded into the program under test (node --import): of the file operations that change the run directory, one fails.
//
// FAULT_UNDER   the run directory; other files are left alone
// FAULT_AT      which operation, from 1; absent: none fails
// FAULT_KIND    an error code, like ENOSPC or EROFS: this operation and all later ones that need space fail (once: only this one)
//               "heap": the heap is filled until V8 gives up; "vanish": the run directory is removed before the operation
// FAULT_ONCE    1: later operations succeed again
// FAULT_COUNT   a file that is told at exit how many operations there were
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { sep } from "node:path";
import { isMainThread } from "node:worker_threads";

const { FAULT_UNDER, FAULT_AT, FAULT_KIND, FAULT_ONCE, FAULT_COUNT } = process.env;
const real = { ...fs };
const descriptors = new Map();
let operations = 0;
let failing = Number(FAULT_AT);

const isInside = (path) => path === FAULT_UNDER || String(path).startsWith(FAULT_UNDER + sep);

function failure(code, operation, path) {
  return Object.assign(new Error(`${code}: injected, ${operation} '${path}'`), {
    code,
    syscall: operation,
    path,
  });
}

/** Counts an operation; returns the error that it should end with, if any. */
function fault(operation, path) {
  operations += 1;
  if (FAULT_KIND === "heap") {
    if (operations === failing) for (const kept = []; ; ) kept.push(new Array(10_000).fill(kept.length));
  } else if (FAULT_KIND === "vanish") {
    if (operations === failing) real.rmSync(FAULT_UNDER, { recursive: true, force: true });
  } else if (operations === failing || (operations > failing && FAULT_ONCE !== "1")) {
    return failure(FAULT_KIND, operation, path);
  }
  return undefined;
}

function intercept(operation, pathOf) {
  fs[operation] = (...args) => {
    const path = pathOf(...args);
    if (path === undefined || !isInside(path)) return real[operation](...args);
    const error = fault(operation, path);
    if (error !== undefined) throw error;
    return real[operation](...args);
  };
}

if (isMainThread && FAULT_UNDER !== undefined) {
  for (const operation of ["mkdirSync", "truncateSync"]) intercept(operation, (path) => path);
  for (const operation of ["renameSync", "linkSync"]) intercept(operation, (_from, to) => to);
  // A full disk lets files be removed; one that may not be written does not.
  if (FAULT_KIND !== "ENOSPC") intercept("rmSync", (path) => (real.existsSync(path) ? path : undefined));
  intercept("fsyncSync", (descriptor) => descriptors.get(descriptor));
  fs.openSync = (path, flags, ...rest) => {
    const writes = isInside(path) && flags !== "r";
    const error = writes ? fault("openSync", path) : undefined;
    if (error !== undefined) throw error;
    const descriptor = real.openSync(path, flags, ...rest);
    if (isInside(path)) descriptors.set(descriptor, path);
    return descriptor;
  };
  fs.closeSync = (descriptor) => {
    descriptors.delete(descriptor);
    real.closeSync(descriptor);
  };
  fs.writeSync = (descriptor, bytes, offset = 0, length = bytes.length - offset) => {
    const path = descriptors.get(descriptor);
    const error = path === undefined ? undefined : fault("writeSync", path);
    if (error === undefined) return real.writeSync(descriptor, bytes, offset, length);
    if (FAULT_KIND !== "ENOSPC" || operations > failing || length < 2) throw error;
    // A full disk takes a part of what is written; the attempt to write the rest then fails.
    failing += 1;
    return real.writeSync(descriptor, bytes, offset, Math.floor(length / 2));
  };
  syncBuiltinESMExports();
  if (FAULT_COUNT !== undefined)
    process.on("exit", () => real.writeFileSync(FAULT_COUNT, String(operations)));
}
