import { type RandomEnv, startRandom } from "../agents/random/random.js";
import type { AnyEnv } from "../envs/index.js";
import type { Agent } from "./agent.js";
import type { EnvModule } from "./env-modules-node.js";
import { envSource } from "./env-source.js";
import { startPpoAgent, type Threads, threadsFor } from "./ppo-agent-node.js";
import type { StartingPoint } from "./starting-point.js";
import type { TrainConfig } from "./train-config.js";

const ONE_THREAD: Threads = { actors: 1, learner: 1, notes: [] };

/** An agent that is ready to run, and an environment for evaluations. */
export interface Prepared {
  readonly agent: Agent;
  readonly env: AnyEnv;
  /** What the GPU calls itself; null without one. */
  readonly adapter: string | null;
  readonly threads: number;
  readonly notes: readonly string[];
  readonly startedAt: number;
  /** Does nothing the second time. */
  close(): Promise<void>;
}

/** Makes everything that may not fit (spaces, memory, threads, saved weights) before anything is written. */
export async function prepare(
  config: TrainConfig,
  envModule: EnvModule | undefined,
  { from, learningRateFactor }: StartingPoint,
): Promise<Prepared> {
  const startedAt = performance.now();
  const source = envSource(config, envModule);
  const env: AnyEnv = await source.make(config.env_options);
  try {
    const threads = config.algorithm === "ppo" ? threadsFor(config, source) : ONE_THREAD;
    const notes = [
      ...threads.notes,
      ...(env.state === undefined
        ? ["the environment has no state() and restore(): the run can be evaluated, not resumed"]
        : []),
    ];
    const { seed, total_timesteps: totalTimesteps } = config;
    const agent =
      config.algorithm === "ppo"
        ? await startPpoAgent({ config, source, env, threads, learningRateFactor, from: from?.state.agent })
        : { ...startRandom({ env: env as RandomEnv, seed, totalTimesteps }), adapter: null };
    const { adapter } = agent;
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= agent.close().finally(() => env.close());
      return closed;
    };
    return {
      agent,
      env,
      adapter,
      threads: Math.max(threads.actors, threads.learner),
      notes,
      startedAt,
      close,
    };
  } catch (error) {
    env.close();
    throw error;
  }
}
