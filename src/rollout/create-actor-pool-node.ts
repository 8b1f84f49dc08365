import { type ActorPoolFactory, createLocalActorPool, type MakeEnv } from "./create-actor-pool.js";
import { WorkerActorPool } from "./worker-actor-pool-node.js";

/** Actors in `threads` worker threads, or with one thread in the calling one. The results are the same. */
export function createActorPool(threads: number, makeEnv: MakeEnv): ActorPoolFactory {
  return threads > 1 ? (setup) => WorkerActorPool.create(setup, threads) : createLocalActorPool(makeEnv);
}
