import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Env, EnvSpec } from "../envs/api/env.js";
import { OrderEnforcing } from "../envs/wrappers/order-enforcing.js";
import { checkStepLimit, TimeLimit } from "../envs/wrappers/time-limit.js";
import { didYouMean, RlAdanError, UsageError } from "./errors.js";

type Options = Readonly<Record<string, unknown>>;

/** A user's own environment, found and imported. */
export interface EnvModule {
  /** How the user named it. */
  readonly spec: string;
  /** What it is called in tables and run directories: the export's name, or the file's for a default export. */
  readonly id: string;
  /** The URL of the user's file. */
  readonly moduleUrl: string;
  readonly exportName: string;
  /** Makes a fresh instance; `max_episode_steps` is taken off the options. Throws what is wrong as a sentence. */
  readonly make: (options?: Options) => Promise<Env<unknown, unknown>>;
  /** The same environment as data, for worker threads: a module that exports `make`, and what to give it. */
  readonly envSpec: (options?: Options) => EnvSpec;
}

/** Whether a name on the command line means a file rather than a registered id. */
export function isEnvModule(name: string): boolean {
  return /^(\.{0,2}[\\/]|file:|[A-Za-z]:[\\/])|\.[cm]?[jt]s(:[^:\\/]*)?$/.test(name);
}

/**
 * Imports a user's environment: `./my-env.js:MyEnv`, or `./my-env.js` for its default export or its `make`.
 *
 * The export is a class (constructed with the options, or by its static `create(options)`) or a function of the
 * options that returns an environment, at once or later.
 *
 * spec must come from the user's own hand (a command line, a program): importing runs the file, so a spec that a run,
 * a bundle or any other file holds must never get here.
 * Throws UsageError when the file, or the export in it, is missing, or it can't be imported.
 */
export async function loadEnvModule(spec: string): Promise<EnvModule> {
  const { path, exportName: wanted } = parse(spec);
  requireFile(path);
  const moduleUrl = pathToFileURL(resolve(path)).href;
  const exported = await importFile(moduleUrl, path);
  const exportName = wanted ?? chooseExport(exported, path);
  const found = findExport(exported, exportName, path);
  const isNamed = exportName !== "default" && exportName !== "make";
  return {
    spec,
    id: isNamed ? exportName : basename(path).replace(/\.[cm]?[jt]s$/, ""),
    moduleUrl,
    exportName,
    make: (options = {}) => construct(found, options, `${path}:${exportName}`),
    envSpec: (options = {}) => ({ module: import.meta.url, id: `${moduleUrl}:${exportName}`, options }),
  };
}

/** What a worker thread calls for `envSpec`: the id is the module's URL and the export's name. */
export async function make(id: string, options: Options): Promise<Env<unknown, unknown>> {
  return (await loadEnvModule(id)).make(options);
}

function parse(spec: string): { path: string; exportName: string | undefined } {
  // One letter before the colon is a Windows drive.
  const [, file, name] = /^(.{2,}):([^:\\/]*)$/.exec(spec) ?? [undefined, spec, undefined];
  if (name === "") {
    throw new UsageError(
      "env-module",
      `${spec} names no export after the colon; write ${file} or ${file}:MyEnv.`,
    );
  }
  return { path: file!.startsWith("file:") ? fileURLToPath(file!) : file!, exportName: name };
}

function requireFile(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return;
  if (stats !== undefined) throw new UsageError("env-module", `${path} is not a file.`);
  throw new UsageError("env-module", `${path} does not exist.${didYouMean(basename(path), siblings(path))}`);
}

function siblings(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

async function importFile(url: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (cause) {
    throw new UsageError(
      "env-module",
      `${path} could not be imported: ${messageOf(cause)}${typescriptAdvice(cause, path)}`,
      { cause },
    );
  }
}

/** What to do where this Node imports no TypeScript. */
function typescriptAdvice(cause: unknown, path: string): string {
  const isUnknown = (cause as { code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION";
  return isUnknown && /\.[cm]?ts$/.test(path)
    ? '. Use Node 22.18 or newer, compile the file to JavaScript, or install tsx and set NODE_OPTIONS="--import tsx".'
    : "";
}

function chooseExport(exported: Readonly<Record<string, unknown>>, path: string): string {
  const chosen = ["default", "make"].find((name) => name in exported);
  if (chosen !== undefined) return chosen;
  const names = Object.keys(exported);
  const list =
    names.length === 0 ? "it exports nothing" : `name one of its exports, as in ${path}:${names[0]}`;
  throw new UsageError("env-module", `${path} has neither a default export nor "make"; ${list}.`);
}

type Callable = ((options: Options) => unknown) & { readonly create?: unknown };

function findExport(exported: Readonly<Record<string, unknown>>, name: string, path: string): Callable {
  if (!(name in exported)) {
    const names = Object.keys(exported);
    const list = names.length === 0 ? " It exports nothing." : ` It exports ${names.join(", ")}.`;
    throw new UsageError("env-module", `${path} has no export "${name}".${didYouMean(name, names) || list}`);
  }
  const found = exported[name];
  if (typeof found === "function") return found as Callable;
  throw new UsageError(
    "env-module",
    `${path}:${name} is not an environment: it is ${found === null ? "null" : `of type ${typeof found}`}, ` +
      "where a class or a function that makes one was expected.",
  );
}

/** Wrapped as `make` of the registry wraps: the order of calls is checked, and `max_episode_steps` limits episodes. */
async function construct(found: Callable, options: Options, name: string): Promise<Env<unknown, unknown>> {
  const { max_episode_steps: limit = -1, ...own } = options;
  const maxEpisodeSteps = limit === -1 ? undefined : checkStepLimit(limit);
  let env: unknown;
  try {
    env = await call(found, own);
  } catch (cause) {
    if (cause instanceof RlAdanError) throw cause;
    throw new RlAdanError("env-module", `${name} could not be made: ${messageOf(cause)}`, { cause });
  }
  const methods = ["reset", "step", "close"] as const;
  const missing = methods.filter(
    (method) => typeof (env as Partial<Env> | null | undefined)?.[method] !== "function",
  );
  if (missing.length > 0) {
    const list = missing.map((method) => `${method}()`).join(", ");
    throw new UsageError("env-module", `${name} is not an environment: what it makes has no ${list}.`);
  }
  const ordered = new OrderEnforcing(env as Env<unknown, unknown>);
  return maxEpisodeSteps === undefined ? ordered : new TimeLimit(ordered, maxEpisodeSteps);
}

function call(found: Callable, options: Options): unknown {
  if (typeof found.create === "function") return found.create.call(found, options);
  const isClass = /^class\b/.test(Function.prototype.toString.call(found));
  return isClass ? new (found as unknown as new (options: Options) => unknown)(options) : found(options);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
