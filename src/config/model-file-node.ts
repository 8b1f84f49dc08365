import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "../errors.js";
import { readText } from "./config-file-node.js";

/** The id of the environment that is made from a model of the user's own. */
export const OWN_MODEL_ENV = "mujoco";

/**
 * The options of `mujoco` with the model itself, so that a run's config is whole and no file is looked for again: the
 * file `model`, named by hand, or what the options name, which lies beside or below the config file that says so.
 *
 * Throws UsageError when the file can't be read or lies elsewhere.
 */
export function withModelText(
  options: Readonly<Record<string, unknown>>,
  { model, configFile }: { readonly model: string | undefined; readonly configFile: string | undefined },
): Record<string, unknown> {
  const { model: named, model_xml: given } = options;
  if (model !== undefined) return withText(options, model, model);
  if (given !== undefined || typeof named !== "string") return { ...options };
  if (configFile === undefined) return withText(options, named, named);
  const path = join(dirname(configFile), named);
  if (isAbsolute(named) || !liesIn(dirname(configFile), path)) {
    throw new UsageError(
      "model-file",
      `${configFile}: the model ${named} lies outside the config's folder; name it by hand: --model ${named}.`,
    );
  }
  return withText(options, path, path);
}

/** The file's name alone is recorded: where it lay changes no result, and belongs to no run. */
function withText(options: Readonly<Record<string, unknown>>, path: string, shownAs: string) {
  return { ...options, model: basename(path), model_xml: readText(path, `The model ${shownAs}`) };
}

/** Links followed; a file that is not there is left to the reader, which says so. */
export function liesIn(folder: string, path: string): boolean {
  const real = existsSync(path) ? realpathSync : resolve;
  const inside = relative(real(folder), real(path));
  return !isAbsolute(inside) && inside.split(/[\\/]/)[0] !== "..";
}
