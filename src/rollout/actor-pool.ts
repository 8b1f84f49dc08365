import type { StateTree } from "../../envs/api/state.js";
import { Pacer } from "../pacer.js";
import type { RunningMoments } from "../policy/moments.js";
import type { Actor, ActorReport, FinishedEpisode } from "./actor.js";
import type { ObservationMoments } from "./env-slot.js";

/**
 * Collects rollouts with one or more actors. The shared observation moments are the caller's; a pool merges into
 * them what its envs saw, in env order, so that the number of actors changes nothing.
 */
export interface ActorPool {
  /** First resets of a fresh run. */
  start(moments: RunningMoments): Promise<void>;
  /** Fills the rollout buffer with the current weights. */
  collect(moments: RunningMoments): Promise<CollectedRollout>;
  /** One state per env, in env order. */
  state(): Promise<StateTree[]>;
  restore(states: readonly StateTree[]): Promise<void>;
  close(): Promise<void>;
}

export interface CollectedRollout {
  /** Those that ended, in (step, env) order. */
  readonly episodes: readonly FinishedEpisode[];
  /** What the environments took in the actor where they took longest. */
  readonly envSeconds: number;
}

/** The actor of all envs, in the calling thread; it lets the event loop run every few milliseconds. */
export class LocalActorPool implements ActorPool {
  /** Outlives a rollout: many short ones must let it run too. */
  readonly #pacer = new Pacer();

  constructor(
    readonly actor: Actor,
    readonly steps: number,
    readonly rule: ObservationMoments,
  ) {}

  async start(moments: RunningMoments): Promise<void> {
    this.actor.start();
    if (this.rule === "per_step") mergeReports(moments, this.rule, [this.actor.endRollout()]);
  }

  async collect(moments: RunningMoments): Promise<CollectedRollout> {
    this.actor.beginRollout(moments.state());
    for (let step = 0; step < this.steps; step++) {
      this.actor.collect(step, step + 1);
      if (this.#pacer.isDue) await this.#pacer.pause();
    }
    return mergeReports(moments, this.rule, [this.actor.endRollout()]);
  }

  async state(): Promise<StateTree[]> {
    return this.actor.state();
  }

  async restore(states: readonly StateTree[]): Promise<void> {
    this.actor.restore(states);
  }

  async close(): Promise<void> {
    this.actor.close();
  }
}

/**
 * Merges what the actors saw into the shared moments, in env order, and puts their reports together.
 * With one env and moments that move at each step, the shared ones become that env's own: exactly Gymnasium's.
 */
export function mergeReports(
  moments: RunningMoments,
  rule: ObservationMoments,
  reports: readonly ActorReport[],
): CollectedRollout {
  const increments = reports.flatMap((report) => report.increments);
  const locals = reports.flatMap((report) => report.locals);
  if (rule === "per_step" && locals.length === 1) moments.restore(locals[0]!);
  else if (rule !== "none") for (const increment of increments) moments.merge(increment);
  return {
    episodes: reports.flatMap((report) => report.episodes).sort((a, b) => a.step - b.step || a.env - b.env),
    envSeconds: Math.max(...reports.map((report) => report.envSeconds)),
  };
}
