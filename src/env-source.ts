import type { EnvSpec } from "../envs/api/env.js";
import { BUILTIN_IDS } from "../envs/builtin.js";
import { type AnyEnv, isRegistered, make, registeredIds } from "../envs/index.js";
import type { EnvModule } from "./env-modules-node.js";
import { SettingError, UsageError } from "./errors.js";

type Options = Readonly<Record<string, unknown>>;

/** Where a run's environments come from: the registry, or a module that the user named. */
export interface EnvSource {
  make(options: Options): Promise<AnyEnv>;
  /** The same environment as data, for worker threads. */
  spec(options: Options): EnvSpec;
  /** False for what a program registered in its own thread alone. */
  readonly isKnownToWorkers: boolean;
}

/**
 * The source of the environment that a configuration names.
 *
 * Throws UsageError when it was a user's own and its module was not named again, or another one was.
 */
export function envSource(config: { readonly env: string }, envModule: EnvModule | undefined): EnvSource {
  const { env: id } = config;
  if (envModule !== undefined) {
    if (envModule.id !== id) {
      throw new UsageError("env-module", `The run is of ${id}; the module given makes ${envModule.id}.`);
    }
    return {
      make: (options) => envModule.make(options) as Promise<AnyEnv>,
      spec: (options) => envModule.envSpec(options),
      isKnownToWorkers: true,
    };
  }
  if (!isRegistered(id)) {
    const others = registeredIds().filter((known) => withoutVersion(known) === withoutVersion(id));
    if (others.length > 0) {
      throw new UsageError(
        "env-version",
        `The run is of ${id}; this version of rl-adan has ${others.join(" and ")}, which are other tasks.`,
      );
    }
    throw new SettingError(
      "env-module",
      (name) =>
        `The run is of ${id}, which is not built in; name its module again: ${name("env", `./file.js:${id}`)}.`,
    );
  }
  return {
    make: (options) => make(id, options),
    spec: (options) => ({ module: new URL("../envs/index.js", import.meta.url).href, id, options }),
    isKnownToWorkers: BUILTIN_IDS.has(id),
  };
}

function withoutVersion(id: string): string {
  return id.replace(/-v\d+$/, "");
}
