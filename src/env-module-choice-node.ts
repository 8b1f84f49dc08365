import { dirname, isAbsolute, join } from "node:path";
import type { EnvModule } from "./env-modules-node.js";
import { UsageError } from "./errors.js";

/** The module that an `--env` names, if it names one rather than a registered id. */
export async function envModuleIn(env: string | undefined): Promise<EnvModule | undefined> {
  if (env === undefined) return undefined;
  const { isEnvModule, loadEnvModule } = await import("./env-modules-node.js");
  return isEnvModule(env) ? loadEnvModule(env) : undefined;
}

/**
 * The module that a config file's `env` names, relative to the file, if it names one.
 *
 * Throws UsageError, at its line, unless that is allowed: a module is code, and no file may have it run by itself.
 */
async function envModuleInConfig(file: string, isAllowed: boolean): Promise<EnvModule | undefined> {
  const { readConfigFile } = await import("./config/config-file-node.js");
  const { isEnvModule, loadEnvModule } = await import("./env-modules-node.js");
  const entry = readConfigFile(file).entries.find(({ key }) => key === "env");
  if (typeof entry?.value !== "string" || !isEnvModule(entry.value)) return undefined;
  if (!isAllowed) {
    throw new UsageError(
      "env-module",
      `${entry.place}: env is a module, which is code that runs. ` +
        `If you trust it, add --allow-env-module, or name it yourself: --env ${entry.value}.`,
    );
  }
  return loadEnvModule(isAbsolute(entry.value) ? entry.value : join(dirname(file), entry.value));
}

/**
 * The module that a request names: by hand, or else in its config file, where that is allowed. Throws as `envModuleInConfig`.
 */
export async function envModuleAsked(
  byHand: string | undefined,
  file: string | undefined,
  isAllowed: boolean,
): Promise<EnvModule | undefined> {
  return byHand === undefined && file !== undefined
    ? envModuleInConfig(file, isAllowed)
    : envModuleIn(byHand);
}

/** The same where only a module may stand: a run knows its own id. Throws UsageError for an id. */
export async function envModuleOf(env: string | undefined): Promise<EnvModule | undefined> {
  const found = await envModuleIn(env);
  if (env === undefined || found !== undefined) return found;
  throw new UsageError(
    "env-module",
    `--env ${env}: a run knows its environment; here only a module may be named.`,
  );
}
