import type { Agent, AgentIteration, EpisodePoint } from "../../src/agent.js";
import { Pacer } from "../../src/pacer.js";
import { streamSeed64 } from "../../src/random/index.js";

/** What the baseline needs of an environment: it samples any action space. */
export interface RandomEnv {
  readonly actionSpace: { seed(seed: number | bigint): void; sample(): unknown };
  reset(options?: { seed?: number | bigint }): unknown;
  step(action: unknown): { reward: number; terminated: boolean; truncated: boolean };
  close(): void;
}

/** Env steps between reports. */
const STEPS_PER_ITERATION = 1000;

/**
 * The baseline that learns nothing: actions sampled uniformly from the action space (as Gymnasium samples it), one
 * environment. What any agent must beat. It has no TrainState: there is nothing to resume.
 */
export function startRandom(setup: RandomSetup): Agent {
  return { iterations: iterate(setup), parameterCount: null, close: async () => setup.env.close() };
}

export interface RandomSetup {
  readonly env: RandomEnv;
  readonly seed: number;
  readonly totalTimesteps: number;
}

async function* iterate(setup: RandomSetup): AsyncGenerator<AgentIteration, void, void> {
  const { env, seed, totalTimesteps } = setup;
  const pacer = new Pacer();
  let episodeReturn = 0;
  let length = 0;
  env.actionSpace.seed(streamSeed64(seed, "actions"));
  env.reset({ seed: streamSeed64(seed, "env-0") });
  for (let step = 0, iteration = 1; step < totalTimesteps; iteration++) {
    const startedAt = performance.now();
    const end = Math.min(step + STEPS_PER_ITERATION, totalTimesteps);
    const episodes: EpisodePoint[] = [];
    while (step < end) {
      if (pacer.isDue) await pacer.pause();
      const { reward, terminated, truncated } = env.step(env.actionSpace.sample());
      step += 1;
      episodeReturn += reward;
      length += 1;
      if (!(terminated || truncated)) continue;
      episodes.push({ step, episodeReturn, length });
      episodeReturn = 0;
      length = 0;
      env.reset();
    }
    const seconds = (performance.now() - startedAt) / 1000;
    yield { iteration, globalStep: step, seconds, phases: { environment: seconds }, episodes, scalars: {} };
  }
}
