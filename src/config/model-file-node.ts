import { dirname, isAbsolute, relative, resolve } from "node:path";
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
  if (model !== undefined) return { ...options, model, model_xml: readText(model, `The model ${model}`) };
  const { model: named, model_xml: given } = options;
  if (given !== undefined || typeof named !== "string") return { ...options };
  if (configFile === undefined) return { ...options, model_xml: readText(named, `The model ${named}`) };
  const folder = dirname(configFile);
  const inside = relative(folder, resolve(folder, named));
  if (inside.startsWith("..") || isAbsolute(named)) {
    throw new UsageError(
      "model-file",
      `${configFile}: the model ${named} lies outside the config's folder; name it by hand: --model ${named}.`,
    );
  }
  return { ...options, model_xml: readText(resolve(folder, named), `The model ${named}`) };
}
