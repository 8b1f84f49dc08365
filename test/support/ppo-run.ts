import type { CriticThreadFactory } from "../../agents/ppo/critic-thread.js";
import { kernelLearner } from "../../agents/ppo/kernel-learner.js";
import type { LearnerFactory } from "../../agents/ppo/learner.js";
import type { PpoIteration } from "../../agents/ppo/ppo.js";
import { type PpoSetup, startPpo } from "../../agents/ppo/ppo.js";
import type { StateTree } from "../../envs/api/state.js";
import { make } from "../../envs/index.js";
import { type ActorPoolFactory, createLocalActorPool } from "../../src/rollout/create-actor-pool.js";
import { splitStateTree } from "../../src/run/state-tree.js";
import { policySpacesOf } from "../../src/spaces.js";
import { type PpoTrainConfig, resolveTrainConfig } from "../../src/train-config.js";

export interface RunRequest {
  readonly env: string;
  readonly preset?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly iterations: number;
  readonly from?: StateTree;
  readonly createActorPool?: ActorPoolFactory;
  readonly createCriticThread?: CriticThreadFactory;
  /** On the recipe's device's kernels by default. */
  readonly createLearner?: LearnerFactory;
}

/** The setup that `rl-adan train` would make, without a run directory. */
export async function ppoSetup(request: RunRequest): Promise<PpoSetup> {
  const { config: flags = {}, preset } = request;
  const { config } = resolveTrainConfig({ algorithm: "ppo", preset, flags: { ...flags, env: request.env } });
  const recipe = config as PpoTrainConfig;
  const env = await make(recipe.env);
  const spaces = policySpacesOf(env, recipe.env);
  env.close();
  return {
    config: recipe,
    seed: recipe.seed,
    totalTimesteps: request.iterations * recipe.num_envs * recipe.num_steps,
    device: recipe.device,
    env: { module: new URL("../../dist/envs/index.js", import.meta.url).href, id: recipe.env, options: {} },
    ...spaces,
    createActorPool: request.createActorPool ?? createLocalActorPool(({ id, options }) => make(id, options)),
    createLearner:
      request.createLearner ??
      kernelLearner({ device: recipe.device, createCriticThread: request.createCriticThread }),
    ...(request.from === undefined ? {} : { from: request.from }),
  };
}

/** Runs to the end; `visit` sees each iteration while its state can be taken. Returns the last state. */
export async function runPpo(
  request: RunRequest,
  visit: (iteration: PpoIteration) => void | Promise<void> = () => {},
): Promise<StateTree> {
  let last: StateTree = null;
  const agent = await startPpo(await ppoSetup(request));
  try {
    for await (const iteration of agent.iterations) {
      await visit(iteration);
      last = await iteration.state();
    }
  } finally {
    await agent.close();
  }
  return last;
}

/** A state as text in which every bit counts. */
export function fingerprint(state: StateTree): string {
  const { tensors, json } = splitStateTree(state);
  const parts = [...tensors].map(
    ([name, tensor]) =>
      `${name} ${Buffer.from(tensor.buffer, tensor.byteOffset, tensor.byteLength).toString("base64")}`,
  );
  return [JSON.stringify(json), ...parts].join("\n");
}
