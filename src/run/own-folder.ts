import { existsSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { UsageError } from "../errors.js";

/**
 * A run, or the dump of its failure, is read and written within its own folder, so whatever leads out of it is refused before either, and so is what
 * is neither file nor folder (a pipe would keep its reader waiting for ever). Throws UsageError naming it.
 */
export function refuseStrangers(path: string): void {
  describeDiskError(path, () => {
    const home = realpathSync(path);
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() || entry.isDirectory()) continue;
      const place = join(entry.parentPath, entry.name);
      const inside = entry.isSymbolicLink() ? relative(home, linkTarget(place)) : undefined;
      const leadsOut =
        inside === undefined || inside === "" || isAbsolute(inside) || inside.split(sep)[0] === "..";
      if (!leadsOut && statSync(place).isFile()) continue;
      throw new UsageError(
        "run-link",
        `${place} is ${entry.isSymbolicLink() ? "a link that leads to no file of the run" : "no file"}; ` +
          "a run is read within its own folder only. Put the file itself there, or remove it.",
      );
    }
  });
}

/** Of a link that leads nowhere, where it would. */
function linkTarget(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(dirname(path), readlinkSync(path));
}
