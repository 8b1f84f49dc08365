import { Worker } from "node:worker_threads";
import type { EnvSpec } from "../../envs/api/env.js";
import type { StateTree } from "../../envs/api/state.js";
import { RlAdanError } from "../errors.js";
import type { ArenaRegion } from "../kernels/arena.js";
import { paddedBatch } from "../kernels/kernels.js";
import { type PackedError, unpackError } from "../packed-error.js";
import type { MomentsState, RunningMoments } from "../policy/moments.js";
import type { NetworkShape, ParameterLayout } from "../policy/network.js";
import { type ActorMoment, type ActorReport, actorNetwork } from "./actor.js";
import { type ActorPool, type CollectedRollout, mergeReports } from "./actor-pool.js";
import type { ActorPoolSetup } from "./create-actor-pool.js";
import type { ActorSettings } from "./env-slot.js";
import type { RolloutShape } from "./rollout-buffer.js";

/** What a worker is started with. */
export interface ActorWorkerData {
  readonly memory: WebAssembly.Memory;
  readonly regions: readonly ArenaRegion[];
  readonly device: string;
  readonly shape: NetworkShape;
  readonly layout: ParameterLayout;
  readonly rollout: RolloutShape;
  readonly settings: ActorSettings;
  readonly env: EnvSpec;
  readonly firstEnv: number;
  readonly envCount: number;
}

export type ActorCall =
  | { readonly kind: "ready" | "start" }
  | { readonly kind: "collect"; readonly moments: MomentsState }
  | { readonly kind: "restore"; readonly states: readonly StateTree[] };

export type ActorReply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: PackedError; readonly moment: ActorMoment | undefined };

/** What an actor answers to "start" and "collect". */
export interface ActorPart {
  /** Of the first resets only where moments move at each step: they have counted those already. */
  readonly report: ActorReport | undefined;
  /** One per env, after the report: what the next rollout goes on from. */
  readonly states: readonly StateTree[];
}

/**
 * Actors in worker threads, each with a contiguous part of the envs. Gives the same bits as one actor of all. A thread that
 * ends during a rollout is replaced once: a new one does that rollout again from where it began.
 */
export class WorkerActorPool implements ActorPool {
  readonly #actors: ActorThread[];
  readonly #rule: ActorSettings["observationMoments"];
  /** By actor: where the next rollout begins. */
  #states: (readonly StateTree[])[] = [];
  #hasReplaced = false;

  private constructor(actors: ActorThread[], rule: ActorSettings["observationMoments"]) {
    this.#actors = actors;
    this.#rule = rule;
  }

  /** `env.module` of the setup must be the URL of a module that exports `make`. threads: at most the number of envs. */
  static async create(setup: ActorPoolSetup, threads: number): Promise<WorkerActorPool> {
    const { envs, steps, observationSize, actionSize } = setup.buffer;
    const parts = Array.from({ length: threads }, (_, k) => {
      const firstEnv = Math.floor((k * envs) / threads);
      return { firstEnv, envCount: Math.floor(((k + 1) * envs) / threads) - firstEnv };
    });
    const allocate = (name: string, length: number) => setup.arena.allocate(name, "f32", length);
    for (const { firstEnv, envCount } of parts)
      actorNetwork({ ...setup, allocate, firstEnv }, paddedBatch(envCount));
    const actors = parts.map(
      (part) =>
        new ActorThread({
          memory: setup.arena.memory,
          regions: setup.arena.regions,
          device: setup.device,
          shape: setup.shape,
          layout: setup.layout,
          rollout: { envs, steps, observationSize, actionSize },
          settings: setup.settings,
          env: setup.env,
          ...part,
        }),
    );
    const pool = new WorkerActorPool(actors, setup.settings.observationMoments);
    try {
      await pool.#callAll({ kind: "ready" });
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  async start(moments: RunningMoments): Promise<void> {
    const parts = (await this.#callAll({ kind: "start" })) as ActorPart[];
    this.#states = parts.map(({ states }) => states);
    if (this.#rule === "per_step") mergeReports(moments, this.#rule, reportsOf(parts));
  }

  async collect(moments: RunningMoments): Promise<CollectedRollout> {
    const call: ActorCall = { kind: "collect", moments: moments.state() };
    const collect = (actor: ActorThread, k: number) =>
      actor.call(call).catch((failure: unknown) => this.#replace(k, call, failure));
    const parts = (await all(this.#actors.map(collect))) as ActorPart[];
    this.#states = parts.map(({ states }) => states);
    return mergeReports(moments, this.#rule, reportsOf(parts));
  }

  async state(): Promise<StateTree[]> {
    return this.#states.flat();
  }

  async restore(states: readonly StateTree[]): Promise<void> {
    this.#states = this.#actors.map(({ data: { firstEnv, envCount } }) =>
      states.slice(firstEnv, firstEnv + envCount),
    );
    await all(this.#actors.map((actor, k) => actor.call({ kind: "restore", states: this.#states[k]! })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.close()));
  }

  /** A new thread instead of one that ended does its call again: the same weights, states and streams, so the same bits. */
  async #replace(k: number, call: ActorCall, failure: unknown): Promise<unknown> {
    const states = this.#states[k]!;
    const canReplace = failure instanceof ThreadEndedError && !this.#hasReplaced && states.every(isWhole);
    if (!canReplace) throw failure;
    this.#hasReplaced = true;
    console.warn(`warning: ${failure.message} A new one does its rollout again; the results are the same.`);
    const actor = new ActorThread(this.#actors[k]!.data);
    this.#actors[k] = actor;
    await actor.call({ kind: "restore", states });
    return actor.call(call);
  }

  #callAll(call: ActorCall): Promise<unknown[]> {
    return all(this.#actors.map((actor) => actor.call(call)));
  }
}

/**
 * Waits for all of them even when one fails: which failure is told must not depend on who was faster. It is the one that one
 * actor of all envs would have met; a thread that ended by itself comes last.
 */
async function all<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  const answers = await Promise.allSettled(calls);
  const failures = answers.flatMap((answer) =>
    answer.status === "rejected" ? [answer.reason as unknown] : [],
  );
  if (failures.length > 0) {
    const [first] = failures.sort((a, b) => compareMoments(momentOf(a), momentOf(b)));
    throw first instanceof ActorFailure ? first.error : first;
  }
  return answers.map((answer) => (answer as PromiseFulfilledResult<Awaited<T>>).value);
}

function reportsOf(parts: readonly ActorPart[]): ActorReport[] {
  return parts.flatMap(({ report }) => report ?? []);
}

/** An environment without state() and restore() has nothing that a new one could go on from. */
function isWhole(state: StateTree): boolean {
  return (state as { readonly environment: StateTree }).environment !== null;
}

/** A thread that ended by itself, out of memory for instance; what an environment throws comes as an answer. */
class ThreadEndedError extends RlAdanError {
  constructor(why: string, cause?: Error) {
    super("actor-exit", `An actor thread ended unexpectedly (${why}).`, { cause });
  }
}

/** What an actor threw, and where it was. */
class ActorFailure {
  constructor(
    readonly error: Error,
    /** undefined: before it was made. */
    readonly moment: ActorMoment | undefined,
  ) {}
}

const BEFORE_ALL: ActorMoment = { step: -1, phase: "policy", env: 0 };
const AFTER_ALL: ActorMoment = { step: Number.POSITIVE_INFINITY, phase: "env", env: 0 };

function momentOf(failure: unknown): ActorMoment {
  return failure instanceof ActorFailure ? (failure.moment ?? BEFORE_ALL) : AFTER_ALL;
}

function compareMoments(a: ActorMoment, b: ActorMoment): number {
  if (a.step !== b.step) return a.step < b.step ? -1 : 1;
  if (a.phase !== b.phase) return a.phase === "policy" ? -1 : 1;
  return a.env - b.env;
}

/** One worker: answers one call at a time. */
class ActorThread {
  readonly #worker: Worker;
  #waiting: { resolve: (value: unknown) => void; reject: (error: unknown) => void } | undefined;
  #failure: unknown;

  constructor(readonly data: ActorWorkerData) {
    this.#worker = new Worker(new URL("./actor-worker-node.js", import.meta.url), { workerData: data });
    this.#worker.on("message", (reply: ActorReply) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (reply.kind === "value") waiting?.resolve(reply.value);
      else waiting?.reject(new ActorFailure(unpackError(reply.error), reply.moment));
    });
    this.#worker.on("error", (error: Error) => this.#fail(new ThreadEndedError(error.message, error)));
    this.#worker.on("exit", (code) => this.#fail(new ThreadEndedError(`exit code ${code}`)));
  }

  call(call: ActorCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(call);
    });
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners("exit");
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}
