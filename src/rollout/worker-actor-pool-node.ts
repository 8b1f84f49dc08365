import { Worker } from "node:worker_threads";
import type { EnvSpec } from "../../envs/api/env.js";
import type { StateTree } from "../../envs/api/state.js";
import { RlAdanError } from "../errors.js";
import type { ArenaRegion } from "../kernels/arena.js";
import { paddedBatch } from "../kernels/kernels.js";
import { type PackedError, unpackError } from "../packed-error.js";
import type { MomentsState, RunningMoments } from "../policy/moments.js";
import type { NetworkShape, ParameterLayout } from "../policy/network.js";
import { type ActorReport, actorNetwork } from "./actor.js";
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
  | { readonly kind: "ready" | "start" | "report" | "state" }
  | { readonly kind: "collect"; readonly moments: MomentsState }
  | { readonly kind: "restore"; readonly states: readonly StateTree[] };

export type ActorReply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: PackedError };

/** Actors in worker threads, each with a contiguous part of the envs. Gives the same bits as one actor of all. */
export class WorkerActorPool implements ActorPool {
  readonly #actors: readonly ActorThread[];
  readonly #rule: ActorSettings["observationMoments"];

  private constructor(actors: readonly ActorThread[], rule: ActorSettings["observationMoments"]) {
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
    await this.#callAll({ kind: "start" });
    if (this.#rule !== "per_step") return;
    mergeReports(moments, this.#rule, (await this.#callAll({ kind: "report" })) as ActorReport[]);
  }

  async collect(moments: RunningMoments): Promise<CollectedRollout> {
    const reports = (await this.#callAll({ kind: "collect", moments: moments.state() })) as ActorReport[];
    return mergeReports(moments, this.#rule, reports);
  }

  async state(): Promise<StateTree[]> {
    return ((await this.#callAll({ kind: "state" })) as StateTree[][]).flat();
  }

  async restore(states: readonly StateTree[]): Promise<void> {
    await Promise.all(
      this.#actors.map((actor) => {
        const { firstEnv, envCount } = actor.data;
        return actor.call({ kind: "restore", states: states.slice(firstEnv, firstEnv + envCount) });
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.close()));
  }

  #callAll(call: ActorCall): Promise<unknown[]> {
    return Promise.all(this.#actors.map((actor) => actor.call(call)));
  }
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
      else waiting?.reject(unpackError(reply.error));
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) =>
      this.#fail(new RlAdanError("actor-exit", `An actor thread ended unexpectedly (exit code ${code}).`)),
    );
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
