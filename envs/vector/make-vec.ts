import { didYouMean } from "../../src/errors.js";
import type { EnvArguments } from "../arguments.js";
import { shown } from "../arguments.js";
import { type AnyEnv, make } from "../registry.js";
import type { AsyncVectorEnv } from "./async-vector-env-node.js";
import { InvalidVectorArgument } from "./errors.js";
import { SyncVectorEnv } from "./sync-vector-env.js";
import { AUTORESET_MODES, checkNumEnvs } from "./vector-core.js";
import type { AutoresetMode } from "./vector-env.js";

export interface MakeVecOptions {
  /** Number of sub-environments; 1. */
  readonly numEnvs?: number;
  /** `sync` (default): in this thread. `async`: in Node worker threads; the same results. */
  readonly mode?: "sync" | "async";
  /** `next_step` by default, as in Gymnasium. */
  readonly autoreset?: AutoresetMode;
  /** Arguments of `make`, the same for all or a list with one entry per sub-environment. */
  readonly kwargs?: EnvArguments | readonly EnvArguments[];
  /** Applied to each sub-environment, the first innermost. Functions don't reach threads: `sync` only. */
  readonly wrappers?: readonly ((env: AnyEnv) => AnyEnv)[];
  /** false: returned observations are the vector's own buffer, overwritten by the next call. Default true. */
  readonly copy?: boolean;
  /** `async`: the URL of a module that exports `make(id, kwargs)`, for environments of your own. */
  readonly module?: string | URL;
  /** `async`: worker threads, at most one per sub-environment; by default one per core. */
  readonly threads?: number;
}

const OPTIONS = ["numEnvs", "mode", "autoreset", "kwargs", "wrappers", "copy", "module", "threads"];

/**
 * Makes a vector of environments (Gymnasium's make_vec). Every sub-environment is a full `make` result.
 *
 * Throws what `make` throws, InvalidVectorArgument, or UnbatchableSpaces when the sub-environments' spaces differ.
 */
export function makeVec(id: string, options: MakeVecOptions & { mode: "async" }): Promise<AsyncVectorEnv>;
export function makeVec(id: string, options?: MakeVecOptions & { mode?: "sync" }): Promise<SyncVectorEnv>;
export function makeVec(id: string, options?: MakeVecOptions): Promise<SyncVectorEnv | AsyncVectorEnv>;
export async function makeVec(
  id: string,
  options: MakeVecOptions = {},
): Promise<SyncVectorEnv | AsyncVectorEnv> {
  const { numEnvs = 1, mode = "sync", autoreset = "next_step", copy = true, wrappers = [] } = options;
  checkNumEnvs(numEnvs);
  checkName("option", Object.keys(options), OPTIONS);
  checkName("mode", [mode], ["sync", "async"]);
  checkName("autoreset", [autoreset], AUTORESET_MODES);
  const kwargs = kwargsOf(options.kwargs ?? {}, numEnvs);
  if (mode === "async") {
    if (wrappers.length > 0) {
      throw new InvalidVectorArgument(
        "vector-wrappers",
        "wrappers are functions and can't be sent to worker threads: wrap in the `make` of a module of your own and give its URL as `module`, or use mode sync.",
      );
    }
    // A URL and no plain import, so that a bundler for pages does not follow it to Node's modules.
    const home = new URL("./async-vector-env-node.js", import.meta.url).href;
    const { AsyncVectorEnv } = (await import(home)) as typeof import("./async-vector-env-node.js");
    const { module, threads } = options;
    return AsyncVectorEnv.create({
      id,
      kwargs,
      autoreset,
      copy,
      ...(module === undefined ? {} : { module: moduleUrl(module) }),
      ...(threads === undefined ? {} : { threads }),
    });
  }
  checkAbsent(options, ["module", "threads"]);
  const envs: AnyEnv[] = [];
  try {
    for (const own of kwargs) envs.push(await make(id, own));
    const wrapped = envs.map((env) => wrappers.reduce((inner, wrap) => wrap(inner), env));
    return new SyncVectorEnv(wrapped, { autoreset, copy });
  } catch (error) {
    for (const env of envs) env.close();
    throw error;
  }
}

function kwargsOf(kwargs: EnvArguments | readonly EnvArguments[], numEnvs: number): readonly EnvArguments[] {
  if (!Array.isArray(kwargs)) return new Array<EnvArguments>(numEnvs).fill(kwargs as EnvArguments);
  if (kwargs.length === numEnvs) return kwargs as readonly EnvArguments[];
  throw new InvalidVectorArgument(
    "vector-kwargs",
    `kwargs must be one object, or a list of ${numEnvs}, one per sub-environment; got a list of ${kwargs.length}.`,
  );
}

/** A thread does not know from where a relative path was meant. */
function moduleUrl(module: string | URL): string {
  const url = String(module);
  if (!/^\.{0,2}[\\/]/.test(url) || url.startsWith("/")) return url;
  throw new InvalidVectorArgument(
    "vector-module",
    `module must be a URL, got ${shown(url)}; write new URL(${shown(url)}, import.meta.url).`,
  );
}

function checkAbsent(options: MakeVecOptions, names: readonly (keyof MakeVecOptions)[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new InvalidVectorArgument("vector-option", `${given} (${shown(options[given])}) needs mode async.`);
}

function checkName(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidVectorArgument(
    "vector-option",
    `makeVec knows no ${what} ${shown(unknown)}; there are ${known.join(", ")}.${didYouMean(unknown, known)}`,
  );
}
