import type { Info } from "../api/env.js";
import type { AnyEnv } from "../registry.js";
import { copyOf } from "./same-bits.js";

/** What one call to an environment returned; copies, so an environment that reuses its arrays is seen through. */
export interface Moment {
  readonly observation: unknown;
  readonly info: Info;
  /** Absent after a reset. */
  readonly outcome?: { readonly reward: number; readonly terminated: boolean; readonly truncated: boolean };
}

/** Actions of a space, the same ones each time. */
export function actionsOf(env: AnyEnv, count: number, seed = 1): unknown[] {
  env.actionSpace.seed(seed);
  return Array.from({ length: count }, () => env.actionSpace.sample() as unknown);
}

export function resetMoment(env: AnyEnv, seed?: number): Moment {
  const { observation, info } = env.reset(seed === undefined ? {} : { seed });
  return copyOf({ observation, info });
}

/** One step, and after an episode's end a reset without a seed, whose observation takes the place of the final one. */
export function stepMoment(env: AnyEnv, action: unknown): Moment {
  const { observation, reward, terminated, truncated, info } = env.step(copyOf(action));
  const moment = copyOf({ observation, info, outcome: { reward, terminated, truncated } });
  if (!terminated && !truncated) return moment;
  const next = resetMoment(env);
  return { ...moment, observation: [moment.observation, next.observation] };
}

/** Steps from here, in halves with a reset without a seed between: the generator's position shows in the second half. */
export function continueFrom(env: AnyEnv, actions: readonly unknown[]): Moment[] {
  const half = actions.length >> 1;
  return [
    ...actions.slice(0, half).map((action) => stepMoment(env, action)),
    resetMoment(env),
    ...actions.slice(half).map((action) => stepMoment(env, action)),
  ];
}
