import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError, UsageError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import type { NonFiniteFailure } from "../non-finite.js";
import { syncFolder, writeDurably, writeFolderAtomic } from "./atomic-file.js";
import { type Checkpoint, readNewestCheckpoint } from "./checkpoint.js";
import { makeFolders } from "./make-folders.js";
import { refuseStrangers } from "./own-folder.js";
import type { RunDirectory } from "./run-directory.js";

const FORMAT = 1;
const FOLDER = "failures";

/** Where the dumps of a run lie; it is there once a number was not finite. */
export function failureFolder(runDirectory: string): string {
  return join(runDirectory, FOLDER);
}
const FAILURE_FILE = "failure.json";
const ITERATION_DIGITS = 6;
/** A failure of the deepest network that a configuration may ask for takes a few thousand. */
const MAX_FAILURE_BYTES = 1 << 20;

const position = z.int().min(0);
const statistics = z.strictObject({
  notFinite: position,
  min: z.number().nullable(),
  max: z.number().nullable(),
});
/** Texts are shown in a terminal: they hold what we write into them and nothing else. */
const numberText = z.string().regex(/^(-?[\d.eE+-]*(NaN|Infinity)?|[a-z]{1,20})( at index \d+)?$/);
/** `actor.0.weight`; of a slot what its optimizer calls it. */
const tensorName = z.string().regex(/^[\w.-]{1,100}$/);
const versionText = z.string().regex(/^[\w.+-]{1,100}$/);

const failureSchema = z.discriminatedUnion("what", [
  z.strictObject({
    what: z.enum(["observation", "reward", "action"]),
    iteration: position,
    env: position,
    step: position,
    episodeStep: position,
    value: numberText,
  }),
  z.strictObject({
    what: z.literal("moments"),
    iteration: position,
    of: z.string().regex(/^(rewards|observation \d+)$/),
  }),
  z.strictObject({
    what: z.enum(["loss", "gradient", "parameters", "slot"]),
    iteration: position,
    epoch: position,
    minibatch: position,
    tensor: tensorName.nullable(),
    learningRate: z.number(),
    loss: numberText,
    gradientNorm: numberText,
    tensors: z
      .array(
        z.strictObject({ name: tensorName, size: position, parameters: statistics, gradient: statistics }),
      )
      .readonly(),
  }),
]);

const recordSchema = z.strictObject({
  format: z.literal(FORMAT),
  sentence: z.string(),
  failure: failureSchema,
  /** Of the checkpoint that the dump has; null: it begins at the beginning. */
  from_step: position.nullable(),
  /** What the schedule's learning rate was multiplied by. */
  learning_rate_factor: z.number().min(0).max(1),
  rl_adan: versionText,
  node: versionText,
  platform: versionText,
  mujoco: versionText,
});

/** What `failure.json` holds. */
export type FailureRecord = Readonly<z.infer<typeof recordSchema>>;

/** A failure as it lies in its folder: what there is to begin from, and what is to happen. */
export interface FailureDump {
  readonly path: string;
  /** Path of its configuration. */
  readonly config: string;
  readonly record: FailureRecord;
  /** The newest before the failure; undefined: the beginning. */
  readonly checkpoint: Checkpoint | undefined;
}

/**
 * Writes `failures/iteration-NNNNNN/` (after K rollbacks `…-rollback-K`), whole or not at all: everything that it takes to
 * see the failure again, wherever the folder goes. Returns its path.
 *
 * checkpoint: the newest before the failure.
 */
export function writeFailureDump(
  run: RunDirectory,
  checkpoint: Checkpoint | undefined,
  record: Omit<FailureRecord, "format" | "from_step">,
): string {
  const iteration = String(record.failure.iteration).padStart(ITERATION_DIGITS, "0");
  const rollbacks = halvings(record.learning_rate_factor);
  const name = `iteration-${iteration}${rollbacks === 0 ? "" : `-rollback-${rollbacks}`}`;
  const target = join(run.path, FOLDER, name);
  describeDiskError(target, () => {
    makeFolders(dirname(target));
    // One of that name is of the same failure, of a run that was resumed: with the same learning rate nothing else can come.
    writeFolderAtomic(target, (temporary) => {
      writeDurably(join(temporary, "config.yaml"), readFileSync(run.config));
      writeDurably(
        join(temporary, FAILURE_FILE),
        `${JSON.stringify({ format: FORMAT, from_step: checkpoint?.step ?? null, ...record }, null, 2)}\n`,
      );
      if (checkpoint !== undefined) copyCheckpoint(checkpoint.path, temporary);
    });
  });
  return target;
}

/** Throws a sentence when the folder holds no dump, or one that was changed. */
export function readFailureDump(path: string): FailureDump {
  const file = join(path, FAILURE_FILE);
  if (!existsSync(file)) {
    const why = existsSync(path) ? `it has no ${FAILURE_FILE}` : "it does not exist";
    throw new UsageError("not-a-dump", `${path} is not a failure's dump: ${why}.`);
  }
  refuseStrangers(path);
  const record = readRecord(file);
  const checkpoint = readNewestCheckpoint(path)?.checkpoint;
  if ((checkpoint?.step ?? null) !== record.from_step) {
    const lacks =
      record.from_step === null
        ? "should have no checkpoint"
        : `lacks its checkpoint of step ${record.from_step}`;
    throw new RlAdanError("dump-checkpoint", `${path} ${lacks}: it was changed.`);
  }
  return { path, config: join(path, "config.yaml"), record, checkpoint };
}

/** How often a learning rate was halved: each rollback does. */
function halvings(factor: number): number {
  return factor >= 1 ? 0 : 1 + halvings(factor * 2);
}

/** Whether it is the same one, to the last digit. */
export function isSameFailure(a: NonFiniteFailure, b: NonFiniteFailure): boolean {
  const asRead = (failure: NonFiniteFailure): unknown => JSON.parse(JSON.stringify(failure));
  return isDeepStrictEqual(asRead(a), asRead(b));
}

/** As a run has it, so that it is read, and its digest checked, as a run's is. */
function copyCheckpoint(from: string, to: string): void {
  const folder = join(to, "checkpoints", basename(from));
  makeFolders(folder);
  for (const file of readdirSync(from)) writeDurably(join(folder, file), readFileSync(join(from, file)));
  syncFolder(folder);
  syncFolder(dirname(folder));
}

function readRecord(file: string): FailureRecord {
  const text = describeDiskError(file, () => readLimitedFile(file, MAX_FAILURE_BYTES)).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RlAdanError("dump-json", `${file} is not JSON: ${(error as Error).message}`);
  }
  const { success, data, error } = recordSchema.safeParse(json);
  if (success) return data;
  const key = error.issues[0]!.path.join(".");
  throw new RlAdanError(
    "dump-format",
    `${file} holds no failure of format ${FORMAT}${key === "" ? "" : `: "${key}" does not fit`}.`,
  );
}
