import { type Dirent, existsSync, lstatSync, readdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { readRunConfigFile } from "../config/config-file-node.js";
import type { YamlEntry } from "../config/yaml-file.js";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError, UsageError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { readManifest } from "../run/manifest.js";
import { runDirectory } from "../run/run-directory.js";
import { readEventFile } from "./event-file.js";
import { readFolderNames } from "./folder-names.js";
import { NEARLY_ALL, type Run } from "./run.js";
import { ScalarLog } from "./scalar-log.js";

/** A hundred million steps of short episodes; videos and histograms make larger ones. */
const MAX_EVENT_FILE_BYTES = 512 << 20;
/** Far more than a study has: the search ends in a wrong folder, not in the memory. */
const MAX_RUNS = 10_000;
const MAX_FOLDERS = 100_000;
const MAX_DEPTH = 16;
/** Of a table of hyper-parameters. */
const MAX_SETTINGS = 1000;

export interface ReadRunsOptions {
  /** Which tags are kept; all of them unless said. */
  readonly tags?: readonly string[];
  /** The environment of runs that don't say theirs. */
  readonly env?: string;
}

/**
 * Every training run below a folder, or several: each folder that holds TensorBoard event files is one. Ours are known by
 * their `manifest.json` and `config.yaml`; CleanRL's by their table of hyper-parameters and the name of their folder; of others
 * the folders' names say environment, method and seed.
 *
 * A run that was resumed has its points once, as TensorBoard shows them. A file that was cut off is read up to there, and `notes`
 * says so. Links are not followed.
 *
 * Throws UsageError where there is no such folder, no run in it, or where a run's file is none; RlAdanError where a file is
 * larger than its limit, or a manifest or configuration is damaged.
 */
export function readRuns(paths: string | readonly string[], options: ReadRunsOptions = {}): Run[] {
  const found = new Map<string, string>();
  const named = typeof paths === "string" ? [paths] : paths;
  for (const path of named) {
    const root = resolve(path);
    if (!existsSync(root)) throw new UsageError("no-runs", `${path} does not exist.`);
    const folders = runFolders(root, path);
    if (folders.length === 0) {
      throw new UsageError(
        "no-runs",
        `${path} holds no run: no file of it or of its folders has "tfevents" in its name.`,
      );
    }
    for (const folder of folders) {
      const within = relative(root, folder);
      found.set(folder, named.length > 1 ? join(path, within) : within || basename(root));
    }
    if (found.size > MAX_RUNS) {
      throw new UsageError(
        "too-many-runs",
        `${path} holds more than ${MAX_RUNS} runs; name the folders that you mean.`,
      );
    }
  }
  return [...found].map(([folder, name]) => readRun(folder, name, options));
}

/** Folders with event files, in the order of their names. */
function runFolders(root: string, shownAs: string): string[] {
  const found: string[] = [];
  let count = 0;
  const visit = (folder: string, depth: number): void => {
    count += 1;
    if (depth > MAX_DEPTH || count > MAX_FOLDERS) {
      throw new UsageError(
        "too-many-folders",
        `${shownAs} has more than ${MAX_FOLDERS} folders or ${MAX_DEPTH} levels of them; name those with runs.`,
      );
    }
    const entries = entriesOf(folder);
    if (entries.some(isEventFile)) found.push(folder);
    for (const entry of entries) if (entry.isDirectory()) visit(join(folder, entry.name), depth + 1);
  };
  visit(root, 0);
  return found;
}

function entriesOf(folder: string): Dirent[] {
  const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1);
  return describeDiskError(folder, () => readdirSync(folder, { withFileTypes: true })).sort(byName);
}

function isEventFile(entry: Dirent): boolean {
  return entry.name.includes("tfevents") && !entry.isDirectory();
}

function readRun(path: string, name: string, { tags, env }: ReadRunsOptions): Run {
  const log = new ScalarLog(tags);
  const notes: string[] = [];
  for (const file of entriesOf(path).filter(isEventFile)) {
    const bytes = readOwnFile(join(path, file.name));
    log.beginFile();
    const end = readEventFile(bytes, log);
    if (end.kind === "cut") notes.push(`${file.name} is cut off at byte ${end.byte} of ${bytes.length}`);
    if (end.kind === "damaged") {
      notes.push(`${file.name} is damaged at byte ${end.byte} of ${bytes.length}: the rest is not read`);
    }
  }
  const scalars = log.finish();
  const { lastStep, seconds } = log;
  const about = isOurs(path) ? ownFacts(path) : foreignFacts(path, log.texts, lastStep);
  return {
    path,
    name,
    ...about,
    env: about.env ?? env ?? null,
    lastStep,
    minutes: seconds / 60,
    scalars,
    notes: [...notes, ...log.notes],
  };
}

function readOwnFile(path: string): Buffer {
  return describeDiskError(path, () => {
    checkOwnFile(path);
    return readLimitedFile(path, MAX_EVENT_FILE_BYTES);
  });
}

/** A link could lead out of the folder that was named, a pipe would be waited for. */
function checkOwnFile(path: string): void {
  if (lstatSync(path).isFile()) return;
  throw new UsageError(
    "run-link",
    `${path} is no file but a link, a folder or a device; a run is read within its own folder only.`,
  );
}

type Facts = Pick<Run, "env" | "method" | "seed" | "settings" | "versions" | "argv" | "status">;

function isOurs(path: string): boolean {
  const { manifest, config } = runDirectory(path);
  return [manifest, config].every(isThere);
}

/** Whether a file is there. Throws where it is something else. */
function isThere(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  checkOwnFile(path);
  return true;
}

function ownFacts(path: string): Facts {
  const run = runDirectory(path);
  const { rl_adan, mujoco, node, platform, device, env, argv } = readManifest(run);
  const { entries } = readRunConfigFile(run.config);
  const settings = Object.fromEntries(entries.flatMap(settingsOf));
  const { algorithm, optimizer, seed } = settings;
  if (algorithm === undefined || seed === undefined || !Number.isSafeInteger(Number(seed))) {
    throw new RlAdanError(
      "run-config",
      `${run.config} is not the config of a run: it lacks algorithm or seed.`,
    );
  }
  return {
    env,
    method: optimizer === undefined ? algorithm : `${algorithm}-${optimizer}`,
    seed: Number(seed),
    settings,
    versions: { rl_adan, mujoco, node, platform, device },
    argv: argv.map((part: unknown) => (typeof part === "string" ? part : JSON.stringify(part))),
    status: isThere(run.result) ? "finished" : "unfinished",
  };
}

/** A mapping's keys are settings of their own: of a user's model they would be one, as long as the model. */
function settingsOf({ key, value, mapping }: YamlEntry): [string, string][] {
  if (mapping === undefined) return [[key, settingText(value)]];
  return mapping.entries.flatMap(settingsOf).map(([inner, text]) => [`${key}.${inner}`, text]);
}

function settingText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function foreignFacts(path: string, texts: ReadonlyMap<string, string>, lastStep: number): Facts {
  const names = readFolderNames(path);
  const table = texts.get("hyperparameters/text_summary") ?? texts.get("hyperparameters");
  const settings = table === undefined ? null : readTable(table);
  const total = settings?.["total_timesteps"];
  const seed = settings?.["seed"];
  return {
    env: settings?.["env_id"] ?? settings?.["env"] ?? names.env,
    method: settings?.["exp_name"] ?? names.method,
    seed: seed !== undefined && /^\d{1,15}$/.test(seed) ? Number(seed) : names.seed,
    settings,
    versions: {},
    argv: null,
    status:
      total === undefined || !(Number(total) > 0)
        ? "unknown"
        : lastStep >= NEARLY_ALL * Number(total)
          ? "finished"
          : "unfinished",
  };
}

/** The rows of a Markdown table of two columns, without its head. */
function readTable(text: string): Record<string, string> {
  const rows = text.split("\n", MAX_SETTINGS + 2).slice(2);
  const cells = rows.flatMap((row) => {
    const match = /^\|(.*?)(?<!\\)\|(.*)\|\s*$/.exec(row);
    return match === null ? [] : [[match[1]!, match[2]!.replaceAll("\\|", "|")] as const];
  });
  return Object.fromEntries(cells);
}
