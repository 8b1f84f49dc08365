import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, RlAdanError, UsageError } from "../errors.js";

/** A YAML file that comes with the package. */
export interface PackagedConfig {
  readonly path: string;
  /** As errors name it: `configs/ppo/cleanrl.yaml`. */
  readonly shownAs: string;
}

/** The names in `configs/KIND` of the package, in alphabetical order. */
export function packagedNames(kind: string): string[] {
  return readdirSync(folderOf(kind))
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"))
    .sort();
}

/** `configs/KIND/NAME.yaml` of the package. Throws UsageError, naming `what` and the nearest name, when there is none. */
export function packagedConfig(kind: string, name: string, what: string): PackagedConfig {
  const names = packagedNames(kind);
  if (names.includes(name)) {
    return { path: join(folderOf(kind), `${name}.yaml`), shownAs: `configs/${kind}/${name}.yaml` };
  }
  throw new UsageError(
    `${what}-unknown`,
    `There is no ${what} "${name}"; there are ${names.join(", ")}.${didYouMean(name, names)}`,
  );
}

/** Found upwards from this module: it runs from `src` and from `dist/src`. */
function folderOf(kind: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "configs", kind))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new RlAdanError("configs-missing", `The package's configs/${kind} folder is missing.`);
    folder = parent;
  }
  return join(folder, "configs", kind);
}
