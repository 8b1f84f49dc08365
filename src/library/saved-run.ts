import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { checkMetricsLength } from "../logging/metrics-file.js";
import { writeDurably, writeFolderAtomic } from "../run/atomic-file.js";
import { readNewestCheckpoint, writeCheckpoint } from "../run/checkpoint.js";
import { openRunDirectory, runDirectory } from "../run/run-directory.js";
import { readSavedTraining } from "../training.js";

/** A configuration or manifest; a longer one is not ours. */
const MAX_TEXT_BYTES = 4 << 20;
/** The metrics of a run of a hundred million steps take a tenth of it. */
const MAX_METRICS_BYTES = 1 << 30;

/**
 * Copies of a run what evaluating it and going on with it need: configuration, manifest, newest whole checkpoint and the
 * metrics up to it. The copy is a run directory itself; it appears whole or not at all.
 *
 * Throws RlAdanError when `target` holds something, or there is no checkpoint.
 */
export function copySavedRun(source: string, target: string): void {
  const from = openRunDirectory(source);
  if (existsSync(target) && describeDiskError(target, () => readdirSync(target)).length > 0) {
    throw new RlAdanError("run-exists", `${target} is not empty; a saved agent needs a folder of its own.`);
  }
  const newest = readNewestCheckpoint(from.path, ({ tree }) => {
    checkMetricsLength(from.metrics, readSavedTraining(tree).metrics_bytes);
  });
  if (newest === undefined) {
    throw new RlAdanError("checkpoint-missing", `${source} has no checkpoint to save.`);
  }
  const { step, tree } = newest.checkpoint;
  const { metrics_bytes } = readSavedTraining(tree);
  describeDiskError(target, () => {
    mkdirSync(dirname(target), { recursive: true });
    writeFolderAtomic(target, (temporary) => {
      const to = runDirectory(temporary);
      writeDurably(to.config, readLimitedFile(from.config, MAX_TEXT_BYTES));
      writeDurably(to.manifest, readLimitedFile(from.manifest, MAX_TEXT_BYTES));
      const metrics = metrics_bytes === 0 ? Buffer.of() : readLimitedFile(from.metrics, MAX_METRICS_BYTES);
      writeDurably(to.metrics, metrics.subarray(0, metrics_bytes));
      writeCheckpoint(temporary, step, tree);
    });
  });
}
