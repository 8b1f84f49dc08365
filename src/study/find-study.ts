import { readConfigFile } from "../config/config-file-node.js";
import { packagedConfig } from "../config/packaged-configs-node.js";
import { readStudy } from "./read-study.js";
import type { Study } from "./study.js";

/**
 * A study by the path of its YAML file, or by its name in the package's `configs/studies`.
 *
 * Throws UsageError for an unknown name, and as `readStudy`.
 */
export function findStudy(what: string, allowEnvModule: boolean): Study {
  const isFile = /[./\\]/.test(what);
  const { path, shownAs } = isFile ? { path: what, shownAs: what } : packagedConfig("studies", what, "study");
  return readStudy(readConfigFile(path, shownAs), { file: path, allowEnvModule });
}
