import type { StateTree } from "../envs/api/state.js";
import type { PolicySnapshot } from "./policy/policy.js";

/** A training agent, ready to run. */
export interface Agent<Iteration extends AgentIteration = AgentIteration> {
  /** One report an iteration; ends with the budget, or when the caller stops asking. */
  readonly iterations: AsyncIterable<Iteration>;
  /** Numbers that it learns; null when it learns none. */
  readonly parameterCount: number | null;
  /** Gives back threads and environments. */
  close(): Promise<void>;
}

/** One iteration of any agent, as `src/train.ts` takes it. */
export interface AgentIteration {
  /** Counts from 1. */
  readonly iteration: number;
  /** Env steps done, this iteration's included. */
  readonly globalStep: number;
  /** How long the iteration took: training alone. */
  readonly seconds: number;
  /** Where these seconds went, by phase. */
  readonly phases: Readonly<Record<string, number>>;
  readonly episodes: readonly EpisodePoint[];
  /** What to log at `globalStep`, by TensorBoard tag. */
  readonly scalars: Readonly<Record<string, number>>;
  /** The TrainState at this iteration's end; absent when the agent has nothing to resume. Valid until the next iteration. */
  readonly state?: () => Promise<StateTree>;
  /** The policy with its normaliser, copied; absent when there is nothing learned. */
  readonly policy?: () => PolicySnapshot;
}

/**
 * A finished episode as a point of a curve. TensorBoard keeps one point per tag and step, so of the episodes that end
 * on one vector step env i has the step globalStep - numEnvs + i + 1.
 */
export interface EpisodePoint {
  readonly step: number;
  readonly episodeReturn: number;
  readonly length: number;
}
