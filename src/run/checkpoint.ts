import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { StateTree } from "../../envs/api/state.js";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { temporaryFolderOf, writeDurably, writeFileAtomic, writeFolderAtomic } from "./atomic-file.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import { checkJsonDepth, joinStateTree, splitStateTree } from "./state-tree.js";

export type CheckpointName = "latest" | "best" | number;

export interface Checkpoint {
  readonly step: number;
  readonly path: string;
  readonly tree: StateTree;
}

const FORMAT = 1;
const FOLDER = "checkpoints";
const STEP_DIGITS = 9;
/** Larger files are not ours: weights and slots lie in a memory of 2 GiB, beside gradients and a rollout. */
const MAX_TENSOR_BYTES = 2 * (1 << 30) - 1;
/** What is no tensor of 4,096 environments takes a tenth of it. */
const MAX_STATE_BYTES = 32 << 20;
/** `latest` and `best` hold one name. */
const MAX_POINTER_BYTES = 256;
/** Not with fewer digits: a name that was cut off is another one's. */
const POINTER = /^step-\d{9,}$/;

/** Which checkpoints stay when a new one is written; never removed is what `latest` or `best` names. */
export interface KeepPolicy {
  /** The newest so many, at least 1. */
  readonly last: number;
  /** And the first at or after each multiple of so many env steps; 0: none. */
  readonly every: number;
}

const DEFAULT_KEEP: KeepPolicy = { last: 3, every: 0 };

/**
 * Writes `checkpoints/step-NNNNNNNNN/` with `train-state.safetensors` and `state.json`, whole or not at all, then
 * points `latest` to it and removes those that `keep` doesn't name.
 *
 * The bytes depend on the state alone: no clock, no path. `state.json` carries a digest over both.
 */
export function writeCheckpoint(
  runDirectory: string,
  step: number,
  tree: StateTree,
  options: { readonly isBest?: boolean; readonly keep?: KeepPolicy } = {},
): string {
  const { tensors, json } = splitStateTree(tree);
  const tensorBytes = encodeSafetensors(tensors);
  const state = { format: FORMAT, step, state: json };
  const name = folderName(step);
  const folder = join(runDirectory, FOLDER);
  const target = join(folder, name);
  const nameBest = () => writeFileAtomic(join(runDirectory, "best"), `${name}\n`);
  // `best` before `latest`: a run resumed from there trusts that what it remembers of the best was written down. A step that is
  // saved again, after its evaluation, is what `latest` names already.
  const isSavedAgain = existsSync(target);
  if (options.isBest && isSavedAgain) nameBest();
  describeDiskError(target, () => {
    // Not with the folders above: a run directory that is gone is not made again.
    if (!existsSync(folder)) mkdirSync(folder);
    writeFolderAtomic(target, (temporary) => {
      writeDurably(join(temporary, "train-state.safetensors"), tensorBytes);
      writeDurably(
        join(temporary, "state.json"),
        JSON.stringify({ digest: digest(tensorBytes, state), ...state }),
      );
    });
  });
  if (options.isBest && !isSavedAgain) nameBest();
  writeFileAtomic(join(runDirectory, "latest"), `${name}\n`);
  prune(runDirectory, options.keep ?? DEFAULT_KEEP);
  return target;
}

/** Steps of the checkpoints in a run, ascending. */
export function listCheckpoints(runDirectory: string): number[] {
  const folder = join(runDirectory, FOLDER);
  if (!existsSync(folder)) return [];
  return describeDiskError(folder, () => readdirSync(folder))
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Reads a checkpoint and checks its digest.
 *
 * Throws RlAdanError naming the file that is missing or broken, and the steps that there are.
 */
export function readCheckpoint(runDirectory: string, which: CheckpointName): Checkpoint {
  const path = join(
    runDirectory,
    FOLDER,
    typeof which === "number" ? folderName(which) : pointedTo(runDirectory, which),
  );
  if (!existsSync(path))
    throw missing(runDirectory, typeof which === "number" ? `at step ${which}` : `"${which}"`);
  const tensorBytes = readLimited(join(path, "train-state.safetensors"), MAX_TENSOR_BYTES);
  const { digest: expected, ...state } = parseState(join(path, "state.json"));
  if (digest(tensorBytes, state) !== expected) {
    throw new RlAdanError(
      "checkpoint-digest",
      `${path} is damaged: its digest does not fit its contents.${steps(runDirectory)}`,
    );
  }
  const tree = joinStateTree({ tensors: decodeSafetensors(tensorBytes), json: state.state });
  return { step: state.step, path, tree };
}

/**
 * The checkpoint to go on from: `latest`, or where that is damaged the newest before it that is whole. undefined when the
 * run was ended before it wrote one. notes: a sentence for each that was passed over. check: throws when what else a whole
 * checkpoint relies on is not there.
 *
 * Throws what is wrong with the newest when none is whole.
 */
export function readNewestCheckpoint(
  runDirectory: string,
  check: (checkpoint: Checkpoint) => void = () => {},
): { readonly checkpoint: Checkpoint; readonly notes: readonly string[] } | undefined {
  const steps = listCheckpoints(runDirectory);
  // `latest` is written after the first of them: without any, they were removed.
  if (steps.length === 0 && existsSync(join(runDirectory, "latest"))) throw missing(runDirectory, '"latest"');
  if (steps.length === 0) return undefined;
  // A damaged `best` would be found by the next checkpoint, and end the run there.
  if (existsSync(join(runDirectory, "best"))) pointedTo(runDirectory, "best");
  const failures: RlAdanError[] = [];
  // One beyond `latest` was not finished: `best` may not know it yet.
  let latest = steps.at(-1)!;
  try {
    if (existsSync(join(runDirectory, "latest")))
      latest = Number(pointedTo(runDirectory, "latest").slice("step-".length));
  } catch (error) {
    if (!(error instanceof RlAdanError)) throw error;
    failures.push(error);
  }
  if (!steps.includes(latest)) failures.push(missing(runDirectory, '"latest"'));
  for (const step of steps.filter((known) => known <= latest).reverse()) {
    try {
      const checkpoint = readCheckpoint(runDirectory, step);
      check(checkpoint);
      return {
        checkpoint,
        notes: failures.map(({ message }) => `${asSentence(message)} Going on from step ${step} instead.`),
      };
    } catch (error) {
      if (!(error instanceof RlAdanError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first === undefined) throw missing(runDirectory, '"latest"');
  throw new RlAdanError(first.code, `${asSentence(first.message)} No checkpoint before it is whole either.`);
}

function asSentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}

/**
 * Gives a checkpoint its name back that a process was about to replace when it was ended. To be called by the one that goes
 * on, before it reads any.
 */
export function restoreReplaced(runDirectory: string): void {
  const folder = join(runDirectory, FOLDER);
  if (!existsSync(folder)) return;
  for (const name of describeDiskError(folder, () => readdirSync(folder))) {
    const step = /^\.(step-\d+)\.tmp\.old$/.exec(name)?.[1];
    const [old, target] = [join(folder, name), join(folder, step ?? "")];
    if (step !== undefined && !existsSync(target)) describeDiskError(target, () => renameSync(old, target));
  }
}

/** Removes what a process that was ended was about to write or to remove. To be called by the one that goes on. */
export function removeLeftovers(runDirectory: string): void {
  const inside = (folder: string, pattern: RegExp) => {
    const path = join(runDirectory, folder);
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.filter((name) => pattern.test(name)).map((name) => join(path, name));
  };
  const paths = [
    ...inside("", /^\..+\.\d+\.tmp$/),
    ...inside(FOLDER, /^\.step-\d+\.tmp(\.old)?$/),
    ...inside("failures", /^\.iteration-.*\.tmp(\.old)?$/),
  ];
  for (const path of paths) describeDiskError(path, () => rmSync(path, { recursive: true, force: true }));
}

function parseState(path: string): { digest: string; format: number; step: number; state: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(readLimited(path, MAX_STATE_BYTES)));
  } catch (error) {
    if (error instanceof RlAdanError) throw error;
    throw new RlAdanError("checkpoint-json", `${path} is not JSON: ${(error as Error).message}`);
  }
  const { digest: sum, format, step, state } = (parsed ?? {}) as Record<string, unknown>;
  if (Number.isSafeInteger(format) && format !== FORMAT) {
    throw new RlAdanError(
      "checkpoint-format",
      `${path} is of checkpoint format ${format}; this version of rl-adan reads format ${FORMAT}.`,
    );
  }
  if (format !== FORMAT || typeof sum !== "string" || !Number.isSafeInteger(step)) {
    throw new RlAdanError("checkpoint-format", `${path} is not a checkpoint of format ${FORMAT}.`);
  }
  checkJsonDepth(state);
  return { digest: sum, format, step: step as number, state };
}

function readLimited(path: string, maxBytes: number): Buffer {
  return describeDiskError(path, () => readLimitedFile(path, maxBytes));
}

function pointedTo(runDirectory: string, which: "latest" | "best"): string {
  const path = join(runDirectory, which);
  if (!existsSync(path)) {
    const why = which === "best" ? " No evaluation has named one yet." : "";
    throw missing(runDirectory, `"${which}"`, why);
  }
  const name = readLimited(path, MAX_POINTER_BYTES).toString("utf8").trim();
  if (!POINTER.test(name)) {
    throw new RlAdanError(
      "checkpoint-pointer",
      `${path} should name a checkpoint folder, it says "${name.slice(0, 60)}"; remove the file to go on without it.${steps(runDirectory)}`,
    );
  }
  return name;
}

function prune(runDirectory: string, { last, every }: KeepPolicy): void {
  const named = (["latest", "best"] as const)
    .filter((which) => existsSync(join(runDirectory, which)))
    .map((which) => pointedTo(runDirectory, which));
  const known = listCheckpoints(runDirectory);
  for (const [i, step] of known.slice(0, -last).entries()) {
    if (every > 0 && Math.floor(step / every) > Math.floor((known[i - 1] ?? 0) / every)) continue;
    const path = join(runDirectory, FOLDER, folderName(step));
    if (!named.includes(folderName(step)))
      describeDiskError(path, () => removeWhole(path, temporaryFolderOf(path)));
  }
}

/** Out of sight with one rename first, so that a kill leaves no half of a checkpoint under its name. */
function removeWhole(path: string, temporary: string): void {
  if (!existsSync(path)) return;
  rmSync(temporary, { recursive: true, force: true });
  renameSync(path, temporary);
  rmSync(temporary, { recursive: true });
}

function folderName(step: number): string {
  return `step-${String(step).padStart(STEP_DIGITS, "0")}`;
}

function digest(tensorBytes: Uint8Array, state: unknown): string {
  return createHash("sha256").update(tensorBytes).update(JSON.stringify(state)).digest("hex");
}

function missing(runDirectory: string, what: string, why = ""): RlAdanError {
  return new RlAdanError(
    "checkpoint-missing",
    `${runDirectory} has no checkpoint ${what}.${why}${steps(runDirectory)}`,
  );
}

function steps(runDirectory: string): string {
  const known = listCheckpoints(runDirectory);
  return known.length === 0
    ? " There is none at all."
    : ` There are checkpoints at steps ${known.join(", ")}.`;
}
