import { randomUUID } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { writeDurably, writeFileAtomic } from "./atomic-file.js";

/** What the lease file says of the process that writes the run. */
interface LeaseRecord {
  /** Grows with every taker: who has a smaller one has lost the lease. */
  readonly token: number;
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly renewed_at: string;
}

export const LEASE_FILE = "lease.json";
const RENEW_MILLISECONDS = 10_000;
/** One short record. */
const MAX_LEASE_BYTES = 4096;
/**
 * A process that has been silent for so long is taken for dead: of another machine it can't be looked for, and of this one its
 * number may be another process's by now. One that was only stopped finds its lease lost, and writes no more.
 */
const STALE_MILLISECONDS = 120_000;

/** The right to write a run directory: one process has it at a time, and gives it back or stops renewing it. */
export class Lease {
  readonly #path: string;
  readonly #record: LeaseRecord;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, record: LeaseRecord) {
    this.#path = path;
    this.#record = record;
    this.#timer = setInterval(() => this.#renew(), RENEW_MILLISECONDS);
    this.#timer.unref();
  }

  /** Throws a sentence that names the process which writes the run at present. */
  static acquire(runDirectory: string): Lease {
    const path = join(runDirectory, LEASE_FILE);
    const held = readLease(path);
    if (held !== undefined && isAlive(held)) {
      throw new RlAdanError(
        "run-in-use",
        `${inUse(runDirectory, held)}; wait for its end, or stop it first.`,
      );
    }
    const record: LeaseRecord = {
      token: (held?.token ?? 0) + 1,
      owner: randomUUID(),
      host: hostname(),
      pid: process.pid,
      renewed_at: new Date().toISOString(),
    };
    describeDiskError(path, () => take(path, held, record));
    const lease = new Lease(path, record);
    lease.check();
    return lease;
  }

  /** Says which process writes the run at present; undefined when none does. */
  static holder(runDirectory: string): string | undefined {
    const held = readLease(join(runDirectory, LEASE_FILE));
    return held !== undefined && isAlive(held) ? inUse(runDirectory, held) : undefined;
  }

  get isHeld(): boolean {
    return readLease(this.#path)?.owner === this.#record.owner;
  }

  /** To be called before the run is written. Throws when another process has taken the lease over. */
  check(): void {
    if (this.isHeld) return;
    const now = readLease(this.#path);
    clearInterval(this.#timer);
    const folder = dirname(this.#path);
    if (!existsSync(folder)) {
      throw new RlAdanError("disk", `${folder}: the folder does not exist (any more); the run can't go on.`);
    }
    const by = now === undefined ? "is gone" : `was taken over by process ${now.pid} on ${now.host}`;
    throw new RlAdanError(
      "lease-lost",
      `The lease ${this.#path} ${by}: this process writes no more; what it saved is whole.`,
    );
  }

  /** Does nothing when the lease was lost, or the disk takes no change: the process that ends is soon known to be gone. */
  release(): void {
    clearInterval(this.#timer);
    try {
      if (this.isHeld) rmSync(this.#path, { force: true });
    } catch {
      // What went wrong before says more.
    }
  }

  #renew(): void {
    try {
      if (!this.isHeld) return;
      writeFileAtomic(this.#path, textOf({ ...this.#record, renewed_at: new Date().toISOString() }));
    } catch {
      // A full disk ends no run by itself: the next renewal tries again, and `check` notices who took over meanwhile.
    }
  }
}

/** A first lease appears by a link, which fails where another process was faster; a stale one is replaced. */
function take(path: string, held: LeaseRecord | undefined, record: LeaseRecord): void {
  if (held === undefined && isLinked(path, record)) return;
  writeFileAtomic(path, textOf(record));
}

/** False on a file system that has no links. */
function isLinked(path: string, record: LeaseRecord): boolean {
  const temporary = `${path}.${record.owner}.tmp`;
  try {
    writeDurably(temporary, textOf(record));
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    const other = readLease(path);
    throw new RlAdanError("run-in-use", `${path}: process ${other?.pid} on ${other?.host} was faster.`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A file that is no lease counts as a dead process's: it protects nobody, and must not lock out for good. */
const UNREADABLE: LeaseRecord = { token: 0, owner: "", host: "", pid: 0, renewed_at: "1970-01-01" };

/** undefined when there is none. Throws a sentence when the system doesn't let it be read. */
function readLease(path: string): LeaseRecord | undefined {
  let text: string;
  try {
    text = describeDiskError(path, () => readLimitedFile(path, MAX_LEASE_BYTES)).toString("utf8");
  } catch (error) {
    const { code, cause } = error as RlAdanError;
    if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return undefined;
    if (code === "disk") throw error;
    return UNREADABLE;
  }
  try {
    const { token, owner, host, pid, renewed_at } = JSON.parse(text) as LeaseRecord;
    const isWhole =
      Number.isSafeInteger(token) && Number.isSafeInteger(pid) && Number.isFinite(Date.parse(renewed_at));
    return isWhole ? { token, owner: String(owner), host: String(host), pid, renewed_at } : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

function inUse(runDirectory: string, { pid, host, renewed_at }: LeaseRecord): string {
  return `${runDirectory} is being written by process ${pid} on ${host} (last sign of life ${renewed_at})`;
}

function isAlive({ host, pid, renewed_at }: LeaseRecord): boolean {
  // A clock that is ahead says as little as one that has stopped.
  const silent = Math.abs(Date.now() - Date.parse(renewed_at));
  if (silent > STALE_MILLISECONDS) return false;
  return host !== hostname() || isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ended, and kept by Linux until its parent asks for it: in a container nobody may ever do so. */
function isZombie(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && /^.*\) Z /s.test(readFileSync(stat, "utf8"));
}

function textOf(record: LeaseRecord): string {
  return `${JSON.stringify(record)}\n`;
}
