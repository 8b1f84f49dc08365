import { copyFileSync, existsSync, readdirSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { writeDurably, writeFolderAtomic } from "../run/atomic-file.js";
import { writeCheckpoint } from "../run/checkpoint.js";
import { makeFolders } from "../run/make-folders.js";
import { openRunDirectory, runDirectory } from "../run/run-directory.js";
import { newestStart } from "../starting-point.js";

/** A configuration or manifest; a longer one is not ours. */
const MAX_TEXT_BYTES = 4 << 20;

/**
 * Copies of a run what evaluating it and going on with it need: configuration, manifest, newest whole checkpoint and the
 * metrics up to it. The copy is a run directory itself; it appears whole or not at all.
 *
 * Throws RlAdanError when `target` holds something, or there is no checkpoint.
 */
export function copySavedRun(source: string, target: string): void {
  const run = openRunDirectory(source);
  if (existsSync(target) && describeDiskError(target, () => readdirSync(target)).length > 0) {
    throw new RlAdanError("run-exists", `${target} is not empty; a saved agent needs a folder of its own.`);
  }
  const { from } = newestStart(run) ?? { from: undefined };
  if (from === undefined) throw new RlAdanError("checkpoint-missing", `${source} has no checkpoint to save.`);
  const { step, checkpoint, state } = from;
  describeDiskError(target, () => {
    makeFolders(dirname(target));
    writeFolderAtomic(target, (temporary) => {
      const to = runDirectory(temporary);
      writeDurably(to.config, readLimitedFile(run.config, MAX_TEXT_BYTES));
      writeDurably(to.manifest, readLimitedFile(run.manifest, MAX_TEXT_BYTES));
      if (existsSync(run.metrics)) copyFileSync(run.metrics, to.metrics);
      else writeDurably(to.metrics, "");
      truncateSync(to.metrics, state.metrics_bytes);
      writeCheckpoint(temporary, step, {
        ...(checkpoint.tree as object),
        metrics_bytes: state.metrics_bytes,
      });
    });
  });
}
