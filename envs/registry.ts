import { didYouMean } from "../src/errors.js";
import type { Env, EnvDescription } from "./api/env.js";
import { DeprecatedEnv, InvalidArgument, MalformedId, NameNotFound, VersionNotFound } from "./api/errors.js";
import { Wrapper } from "./api/wrapper.js";
import type { EnvArguments } from "./arguments.js";
import { OrderEnforcing } from "./wrappers/order-enforcing.js";
import { checkStepLimit, TimeLimit } from "./wrappers/time-limit.js";

/** What a registered environment is made from. */
export interface EnvRegistration {
  /** `[namespace/]name[-vN]` */
  readonly id: string;
  /** Builds the bare environment; wrappers are added by `make`. */
  readonly create: (kwargs: EnvArguments) => Promise<AnyEnv>;
  /** Steps after which an episode is truncated; absent for no limit. */
  readonly maxEpisodeSteps?: number;
  /** The return that counts as solved. */
  readonly rewardThreshold?: number;
  /** It can't be made without arguments; `registeredIds` leaves it out. */
  readonly isTemplate?: boolean;
}

/** An environment whose spaces are known only at run time. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds environments of every observation and action type
export type AnyEnv = Env<any, any>;

const registrations = new Map<string, EnvRegistration>();
const refusals = new Map<string, string>();

/** Makes an id known to `make`. An id that exists already is replaced. */
export function register(registration: EnvRegistration): void {
  parseId(registration.id);
  if (typeof registration.create !== "function") {
    throw new InvalidArgument(
      "env-registration",
      `register: ${registration.id} needs a function create(kwargs) that resolves with the environment.`,
    );
  }
  registrations.set(registration.id, registration);
}

/** Makes `make` and `spec` refuse an id that people may know from elsewhere, saying why and what to use instead. */
export function registerRefusal(id: string, reason: string): void {
  parseId(id);
  refusals.set(id, reason);
}

/** Every id that can be made as it is, sorted; refused ones are not among them. */
export function registeredIds(): string[] {
  return [...registrations.values()]
    .filter(({ isTemplate }) => isTemplate !== true)
    .map(({ id }) => id)
    .sort();
}

/** Whether an id, in full, is registered. */
export function isRegistered(id: string): boolean {
  return registrations.has(id);
}

/**
 * The registration that an id stands for. Without a version the highest one is meant.
 *
 * Throws MalformedId, NameNotFound (with the nearest name), VersionNotFound or DeprecatedEnv.
 */
export function spec(id: string): EnvRegistration {
  const { name, version } = parseId(id);
  const exact = registrations.get(id);
  if (exact !== undefined) return exact;
  const refusal = refusals.get(id);
  if (refusal !== undefined) throw new DeprecatedEnv("env-refused", refusal);
  const versions = [...registrations.keys()]
    .map(parseId)
    .filter((known) => known.name === name && known.version !== undefined)
    .map((known) => known.version!)
    .sort((a, b) => a - b);
  const latest = versions.at(-1);
  if (latest === undefined) {
    const names = [...new Set([...registrations.keys()].sort().map((known) => parseId(known).name))];
    throw new NameNotFound(
      "env-unknown",
      `There is no environment "${id}".${didYouMean(name, names) || listed(names)}`,
    );
  }
  if (version === undefined) return registrations.get(`${name}-v${latest}`)!;
  if (version > latest) {
    const list = versions.map((known) => `v${known}`).join(", ");
    throw new VersionNotFound("env-version", `There is no ${name}-v${version}; registered are ${list}.`);
  }
  throw new DeprecatedEnv("env-deprecated", `${name}-v${version} is not provided; use ${name}-v${latest}.`);
}

/**
 * Makes a registered environment, wrapped in its step order check and its time limit.
 *
 * kwargs: the environment's own arguments; `max_episode_steps` overrides the time limit (-1: none).
 * Throws what `spec` throws, and InvalidArgument when an argument is unknown or can't be taken.
 * Asynchronous because the physics engine is loaded when it is first needed; the environment itself is synchronous.
 */
export async function make(id: string, kwargs: EnvArguments = {}): Promise<AnyEnv> {
  const registration = spec(id);
  const { max_episode_steps: limit = registration.maxEpisodeSteps ?? -1, ...own } = kwargs;
  const maxEpisodeSteps = limit === -1 ? undefined : checkStepLimit(limit);
  const description: EnvDescription = {
    id: registration.id,
    kwargs: own,
    ...(maxEpisodeSteps === undefined ? {} : { maxEpisodeSteps }),
    ...(registration.rewardThreshold === undefined ? {} : { rewardThreshold: registration.rewardThreshold }),
  };
  const ordered = new OrderEnforcing(new Described(await registration.create(own), description));
  return maxEpisodeSteps === undefined ? ordered : new TimeLimit(ordered, maxEpisodeSteps);
}

/** Gives an environment the description that it was made from. */
class Described<Obs, Act> extends Wrapper<Obs, Act> {
  readonly #description: EnvDescription;

  constructor(env: Env<Obs, Act>, description: EnvDescription) {
    super(env);
    this.#description = description;
  }

  override get spec(): EnvDescription {
    return this.#description;
  }

  // Nothing of its own to save: the state is the inner one, without a layer.
  override get state() {
    return this.env.state?.bind(this.env);
  }

  override get restore() {
    return this.env.restore?.bind(this.env);
  }
}

const ID = /^(?<name>(?:[\w:-]+\/)?[\w:.-]+?)(?:-v(?<version>0|[1-9]\d*))?$/;

function parseId(id: string): { name: string; version: number | undefined } {
  const groups = ID.exec(id)?.groups;
  if (groups === undefined) {
    throw new MalformedId(
      "env-id",
      `"${id}" is not an environment id; one looks like HalfCheetah-v5 or name/Env-v0.`,
    );
  }
  return {
    name: groups["name"]!,
    version: groups["version"] === undefined ? undefined : Number(groups["version"]),
  };
}

function listed(names: readonly string[]): string {
  return ` Registered are ${names.join(", ")}; one of your own is named with its file, like ./my-env.js:MyEnv.`;
}
