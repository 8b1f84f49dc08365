import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError, UsageError } from "../errors.js";
import { LEASE_FILE } from "./lease.js";
import { makeFolder, makeFolders } from "./make-folders.js";
import { refuseStrangers } from "./own-folder.js";

/** Where everything of a run lies. */
export interface RunDirectory {
  readonly path: string;
  readonly config: string;
  readonly manifest: string;
  readonly metrics: string;
  readonly result: string;
}

export function runDirectory(path: string): RunDirectory {
  return {
    path,
    config: join(path, "config.yaml"),
    manifest: join(path, "manifest.json"),
    metrics: join(path, "metrics.jsonl"),
    result: join(path, "result.json"),
  };
}

/** What the name of a run's folder begins with. */
export interface RunName {
  readonly env: string;
  readonly algorithm: string;
  readonly optimizer: string | null;
  readonly seed: number;
}

/** `{env}__{algorithm}-{optimizer}__{seed}__{ending}`, as every file system takes it; ending: when a run began, or its hash. */
export function runFolderName({ env, algorithm, optimizer, seed }: RunName, ending: string): string {
  const agent = optimizer === null ? algorithm : `${algorithm}-${optimizer}`;
  return [env, agent, String(seed), ending].map(fileSafe).join("__");
}

/**
 * Makes the folder of a new run: `path` when given, else `{runsRoot}/{env}__{algorithm}-{optimizer}__{seed}__{unix}`.
 *
 * A folder that gets its name here is made by this call alone; a second run in the same second gets the next second's name. Throws a sentence
 * when `path` is in use already or can't be written.
 */
export function createRunDirectory(
  options: RunName & {
    readonly runsRoot: string;
    readonly path?: string | undefined;
    readonly unixSeconds: number;
  },
): RunDirectory {
  if (options.path !== undefined) return runDirectory(claim(options.path));
  describeDiskError(options.runsRoot, () => makeFolders(options.runsRoot));
  for (let unix = options.unixSeconds; ; unix++) {
    const path = join(options.runsRoot, runFolderName(options, String(unix)));
    if (describeDiskError(path, () => makeFolder(path))) return runDirectory(path);
  }
}

/** The run in a folder. Throws a sentence when it is not one. */
export function openRunDirectory(path: string): RunDirectory {
  const run = runDirectory(resolve(path));
  for (const file of [run.manifest, run.config]) {
    if (existsSync(file)) continue;
    const why = existsSync(path) ? `it has no ${basename(file)}` : "it does not exist";
    throw new UsageError("not-a-run", `${path} is not a run directory: ${why}.`);
  }
  refuseStrangers(run.path);
  return run;
}

export function isFinished(run: RunDirectory): boolean {
  return existsSync(run.result);
}

/** Whether a run got far enough for `--resume`; one that did not begins anew in its folder. */
export function isBegun(run: RunDirectory): boolean {
  return existsSync(run.manifest) && existsSync(run.config);
}

/** An empty or new folder for a run whose place the user named. */
function claim(path: string): string {
  if (existsSync(join(path, "result.json"))) {
    throw new RlAdanError("run-finished", `${path} holds a finished run; choose another --run-dir.`);
  }
  const isBeginning = !existsSync(join(path, "config.yaml")) && isOurManifest(join(path, "manifest.json"));
  if (existsSync(join(path, "manifest.json")) && !isBeginning) {
    throw new RlAdanError(
      "run-exists",
      `${path} holds a run; go on with --resume ${path}, or choose another --run-dir.`,
    );
  }
  describeDiskError(path, () => makeFolders(path));
  // A run that ended before it had a manifest and a configuration may have left a lease and what was to be renamed.
  const files = describeDiskError(path, () => readdirSync(path)).filter(
    (name) =>
      !name.startsWith(".") && !name.startsWith(LEASE_FILE) && !(isBeginning && name === "manifest.json"),
  );
  if (files.length > 0) {
    throw new RlAdanError("run-exists", `${path} is not empty; a run needs a folder of its own.`);
  }
  return path;
}

function isOurManifest(path: string): boolean {
  return existsSync(path) && describeDiskError(path, () => readFileSync(path, "utf8")).includes('"rl_adan"');
}

/** A part of a folder's name that every file system takes. */
export function fileSafe(part: string): string {
  return part.replace(/[^A-Za-z0-9._-]+/g, "-");
}
