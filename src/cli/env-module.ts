import type { EnvModule } from "../env-modules-node.js";
import { UsageError } from "../errors.js";

/** The module that an `--env` names, if it names one rather than a registered id. */
export async function envModuleIn(env: string | undefined): Promise<EnvModule | undefined> {
  if (env === undefined) return undefined;
  const { isEnvModule, loadEnvModule } = await import("../env-modules-node.js");
  return isEnvModule(env) ? loadEnvModule(env) : undefined;
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
