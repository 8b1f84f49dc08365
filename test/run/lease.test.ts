import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LEASE_FILE, Lease } from "../../src/run/lease.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
let count = 0;

function freshRun(): { run: string; file: string } {
  const run = join(folder, String(count++));
  mkdirSync(run);
  return { run, file: join(run, LEASE_FILE) };
}

const recordIn = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;

/** A lease that some other process left. */
function leave(file: string, record: Record<string, unknown>): void {
  const whole = { token: 7, owner: "other", host: hostname(), pid: process.pid, renewed_at: new Date() };
  writeFileSync(file, JSON.stringify({ ...whole, ...record }));
}

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", "0"]);
  await once(child, "exit");
  return child.pid!;
}

describe("the lease of a run directory", () => {
  it("is one process's at a time, and the next one's token is larger", () => {
    const { run, file } = freshRun();
    const lease = Lease.acquire(run);
    expect(recordIn(file)).toMatchObject({ token: 1, pid: process.pid, host: hostname() });
    expect(() => Lease.acquire(run)).toThrow(`${run} is being written by process ${process.pid}`);
    lease.check();
    lease.release();
    expect(existsSync(file)).toBe(false);
    Lease.acquire(run).release();
  });

  it("is taken over from a process of this machine that is gone, at once", async () => {
    const { run, file } = freshRun();
    leave(file, { pid: await deadPid() });
    const lease = Lease.acquire(run);
    expect(recordIn(file)["token"]).toBe(8);
    lease.release();
  });

  it.skipIf(process.platform !== "linux")(
    "is taken over from one that ended without its parent's notice",
    async () => {
      const { run, file } = freshRun();
      // The shell becomes a program that never waits for the child it has got.
      const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 30"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        const [pid] = (await once(parent.stdout, "data")) as [Buffer];
        const stat = `/proc/${Number(pid)}/stat`;
        while (!readFileSync(stat, "utf8").includes(") Z ")) await sleep(5);
        leave(file, { pid: Number(pid) });
        Lease.acquire(run).release();
      } finally {
        parent.kill();
      }
    },
  );

  it("is taken over from another machine's process when that has been silent for two minutes, not before", () => {
    const { run, file } = freshRun();
    leave(file, { host: "elsewhere", renewed_at: new Date(Date.now() - 100_000) });
    expect(() => Lease.acquire(run)).toThrow("process");
    leave(file, { host: "elsewhere", renewed_at: new Date(Date.now() - 130_000) });
    Lease.acquire(run).release();
  });

  it.each(["", "{", '{"token":"x"}', "null"])("does not lock out for good when it is damaged: %j", (text) => {
    const { run, file } = freshRun();
    writeFileSync(file, text);
    utimesSync(file, 0, 0);
    const lease = Lease.acquire(run);
    lease.check();
    lease.release();
  });

  it("stops its holder when another process has taken it", () => {
    const { run, file } = freshRun();
    const lease = Lease.acquire(run);
    leave(file, { host: "elsewhere", pid: 12 });
    expect(() => lease.check()).toThrow(
      "was taken over by process 12 on elsewhere: this process writes no more",
    );
    lease.release();
    expect(recordIn(file)["owner"]).toBe("other");
  });
});
