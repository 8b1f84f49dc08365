import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StateTree } from "../../envs/api/state.js";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { syncFolder, writeDurably, writeFileAtomic } from "./atomic-file.js";
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
/** Larger files are not ours: a checkpoint of the largest network we train takes a tenth of it. */
const MAX_TENSOR_BYTES = 1 << 30;
/** What is no tensor of 4,096 environments takes a tenth of it. */
const MAX_STATE_BYTES = 32 << 20;
/** `latest` and `best` hold one name. */
const MAX_POINTER_BYTES = 256;
export const DEFAULT_KEEP_LAST = 3;

/**
 * Writes `checkpoints/step-NNNNNNNNN/` with `train-state.safetensors` and `state.json`, whole or not at all, then
 * points `latest` to it and removes those of lower steps beyond `keepLast` (never what `latest` or `best` names).
 *
 * The bytes depend on the state alone: no clock, no path. `state.json` carries a digest over both.
 */
export function writeCheckpoint(
  runDirectory: string,
  step: number,
  tree: StateTree,
  options: { readonly isBest?: boolean; readonly keepLast?: number } = {},
): string {
  const { tensors, json } = splitStateTree(tree);
  const tensorBytes = encodeSafetensors(tensors);
  const state = { format: FORMAT, step, state: json };
  const name = folderName(step);
  const folder = join(runDirectory, FOLDER);
  const target = join(folder, name);
  const temporary = temporaryName(target);
  describeDiskError(target, () => {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    writeDurably(join(temporary, "train-state.safetensors"), tensorBytes);
    writeDurably(
      join(temporary, "state.json"),
      JSON.stringify({ digest: digest(tensorBytes, state), ...state }),
    );
    syncFolder(temporary);
    removeWhole(target, `${temporary}.old`);
    renameSync(temporary, target);
    syncFolder(folder);
  });
  // `best` first: a run resumed from `latest` trusts that what it remembers of the best was written down.
  if (options.isBest) writeFileAtomic(join(runDirectory, "best"), `${name}\n`);
  writeFileAtomic(join(runDirectory, "latest"), `${name}\n`);
  prune(runDirectory, options.keepLast ?? DEFAULT_KEEP_LAST);
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
 * run was ended before it wrote one. notes: a sentence for each that was passed over.
 *
 * Throws what is wrong with the newest when none is whole.
 */
export function readNewestCheckpoint(
  runDirectory: string,
): { readonly checkpoint: Checkpoint; readonly notes: readonly string[] } | undefined {
  const steps = listCheckpoints(runDirectory);
  if (steps.length === 0) return undefined;
  // One beyond `latest` was not finished: `best` may not know it yet.
  const latest = existsSync(join(runDirectory, "latest"))
    ? Number(pointedTo(runDirectory, "latest").slice("step-".length))
    : steps.at(-1)!;
  const failures: RlAdanError[] = [];
  for (const step of steps.filter((known) => known <= latest).reverse()) {
    try {
      const checkpoint = readCheckpoint(runDirectory, step);
      return {
        checkpoint,
        notes: failures.map(({ message }) => `${message} Going on from step ${step} instead.`),
      };
    } catch (error) {
      if (!(error instanceof RlAdanError)) throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? missing(runDirectory, '"latest"');
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
  if (!/^step-\d+$/.test(name)) {
    throw new RlAdanError(
      "checkpoint-pointer",
      `${path} should name a checkpoint folder, it says "${name.slice(0, 60)}".`,
    );
  }
  return name;
}

function prune(runDirectory: string, keepLast: number): void {
  const named = (["latest", "best"] as const)
    .filter((which) => existsSync(join(runDirectory, which)))
    .map((which) => pointedTo(runDirectory, which));
  for (const step of listCheckpoints(runDirectory).slice(0, -keepLast)) {
    const path = join(runDirectory, FOLDER, folderName(step));
    if (!named.includes(folderName(step)))
      describeDiskError(path, () => removeWhole(path, temporaryName(path)));
  }
}

/** Out of sight with one rename first, so that a kill leaves no half of a checkpoint under its name. */
function removeWhole(path: string, temporary: string): void {
  if (!existsSync(path)) return;
  rmSync(temporary, { recursive: true, force: true });
  renameSync(path, temporary);
  rmSync(temporary, { recursive: true });
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
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
