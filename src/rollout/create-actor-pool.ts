import type { EnvSpec } from "../../envs/api/env.js";
import type { Arena } from "../kernels/arena.js";
import type { Kernels } from "../kernels/kernels.js";
import type { NetworkShape, ParameterLayout } from "../policy/network.js";
import { Actor } from "./actor.js";
import { type ActorPool, LocalActorPool } from "./actor-pool.js";
import type { ActorSettings, PolicyEnv } from "./env-slot.js";
import type { RolloutBuffer } from "./rollout-buffer.js";

/** What a pool needs to make its actors: the shared memory, the network in it, the environment as data. */
export interface ActorPoolSetup {
  readonly env: EnvSpec;
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly device: string;
  readonly shape: NetworkShape;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  readonly buffer: RolloutBuffer;
  readonly settings: ActorSettings;
}

export type ActorPoolFactory = (setup: ActorPoolSetup) => Promise<ActorPool>;

/** Makes the environment that a spec names; a composition root knows how. */
export type MakeEnv = (spec: EnvSpec) => Promise<PolicyEnv>;

/** A pool of one actor that steps every env in the calling thread. */
export function createLocalActorPool(makeEnv: MakeEnv): ActorPoolFactory {
  return async (setup) => {
    const { buffer, settings, arena } = setup;
    const envs: PolicyEnv[] = [];
    for (let i = 0; i < buffer.envs; i++) envs.push(await makeEnv(setup.env));
    const allocate = (name: string, length: number) => arena.allocate(name, "f32", length);
    const actor = new Actor({ ...setup, allocate, envs, firstEnv: 0 });
    return new LocalActorPool(actor, buffer.steps, settings.observationMoments);
  };
}
