// What it does is told in failing-disk.d.mts. JavaScript, since Node 20 preloads nothing else.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { sep } from "node:path";
import { isMainThread } from "node:worker_threads";

const real = { ...fs };
const descriptors = new Map();
let folder = "";
let fault = { at: Number.POSITIVE_INFINITY, kind: "ENOSPC" };
let failing = fault.at;
let operations = 0;

export function injectDiskFault(under, what) {
  folder = under;
  fault = what;
  failing = what.at;
  operations = 0;
}

export function countedOperations() {
  return operations;
}

const isInside = (path) => folder !== "" && (path === folder || String(path).startsWith(folder + sep));

/** Counts an operation; returns the error that it should end with, if any. */
function next(operation, path) {
  operations += 1;
  const { kind, once } = fault;
  if (kind === "vanish") {
    if (operations === failing) real.rmSync(folder, { recursive: true, force: true });
  } else if (kind === "heap") {
    if (operations === failing) for (const kept = []; ; ) kept.push(new Array(10_000).fill(kept.length));
  } else if (operations === failing || (operations > failing && !once)) {
    return Object.assign(new Error(`${kind}: injected, ${operation} '${path}'`), { code: kind });
  }
  return undefined;
}

function intercept(operation, pathOf) {
  fs[operation] = (...args) => {
    const path = pathOf(...args);
    const error = path !== undefined && isInside(path) ? next(operation, path) : undefined;
    if (error !== undefined) throw error;
    return real[operation](...args);
  };
}

for (const operation of ["mkdirSync", "truncateSync"]) intercept(operation, (path) => path);
for (const operation of ["renameSync", "linkSync"]) intercept(operation, (_from, to) => to);
intercept("fsyncSync", (descriptor) => descriptors.get(descriptor));
// A full disk lets files be removed.
intercept("rmSync", (path) => (fault.kind !== "ENOSPC" && real.existsSync(path) ? path : undefined));
fs.openSync = (path, flags, ...rest) => {
  const error = isInside(path) && flags !== "r" ? next("openSync", path) : undefined;
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
  const error = path === undefined ? undefined : next("writeSync", path);
  if (error === undefined) return real.writeSync(descriptor, bytes, offset, length);
  if (fault.kind !== "ENOSPC" || operations > failing || length < 2) throw error;
  // A full disk takes a part of what is written; the attempt to write the rest then fails.
  failing += 1;
  return real.writeSync(descriptor, bytes, offset, Math.floor(length / 2));
};
syncBuiltinESMExports();

// Preloaded into a program (node --import), it gets its orders from the environment: {"under": ..., "at": ..., "kind": ...}
const orders = process.env["DISK_FAULT"];
if (orders !== undefined && isMainThread) {
  const { under, ...what } = JSON.parse(orders);
  injectDiskFault(under, what);
}
