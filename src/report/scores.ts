import { NEARLY_ALL, type Run } from "./run.js";
import type { Scalars } from "./scalar-log.js";

/** The two ways in which returns are published; neither is compared with the other. */
export const PROTOCOLS = {
  training: {
    name: "training return (mean of the last 100 episodes)",
    axis: "return, last 100 training episodes",
  },
  evaluation: { name: "evaluation return (mean actions)", axis: "return, deterministic evaluation" },
} as const;

export type Protocol = keyof typeof PROTOCOLS;
export const protocols = Object.keys(PROTOCOLS) as Protocol[];

const EPISODE_TAG = "charts/episodic_return";
const EPISODE_MEAN_TAG = "rollout/ep_rew_mean";
const EVALUATION_TAG = "eval/mean_reward";
/** The tags that a report is made of. */
export const SCORE_TAGS = [EPISODE_TAG, EPISODE_MEAN_TAG, EVALUATION_TAG] as const;

const WINDOW_EPISODES = 100;

export interface ProtocolScore {
  /** At the end of the run; null where there is none or where a return that it is made of is not finite. */
  readonly value: number | null;
  /** The highest point of the curve: of many noisy values, so an optimistic one. */
  readonly maximum: number | null;
  /** Without what is not finite. */
  readonly curve: Scalars;
  readonly notes: readonly string[];
}

/**
 * A run's score under a protocol. training: the mean of the last 100 finished episodes (of all, when there are fewer), from
 * `charts/episodic_return`, or where a run has only that the last `rollout/ep_rew_mean`, which is the same mean.
 * evaluation: the last `eval/mean_reward`, unless the run's settings say that its evaluations draw actions.
 *
 * undefined where the run has no tag for it.
 */
export function scoreOf(run: Run, protocol: Protocol): ProtocolScore | undefined {
  if (protocol === "evaluation") {
    const evaluations = run.scalars.get(EVALUATION_TAG);
    if (evaluations === undefined) return undefined;
    const actions = run.settings?.["eval_actions"] ?? "mean";
    return actions === "mean" ? scoreOfEvaluations(evaluations, run.lastStep) : notDeterministic(actions);
  }
  const episodes = run.scalars.get(EPISODE_TAG);
  if (episodes !== undefined) return scoreOfEpisodes(episodes);
  const means = run.scalars.get(EPISODE_MEAN_TAG);
  return means && scoreOfMeans(means, EPISODE_MEAN_TAG);
}

function scoreOfEpisodes(episodes: Scalars): ProtocolScore {
  const finite = finiteOnly(episodes);
  const { steps, values, seconds } = finite;
  const curve = { steps, seconds, values: values.map((_, i) => meanBefore(values, i + 1)) };
  const notes = notFinite(EPISODE_TAG, episodes, finite);
  if (episodes.values.length < WINDOW_EPISODES) {
    notes.push(`only ${episodes.values.length} of ${WINDOW_EPISODES} training episodes ended`);
  }
  // Means of fewer episodes would scatter more.
  const full = curve.values.subarray(Math.min(WINDOW_EPISODES, values.length) - 1);
  const isWhole = episodes.values.slice(-WINDOW_EPISODES).every(isFinite32);
  return { value: isWhole ? (curve.values.at(-1) ?? null) : null, maximum: highest(full), curve, notes };
}

function scoreOfEvaluations(evaluations: Scalars, lastStep: number): ProtocolScore {
  const score = scoreOfMeans(evaluations, EVALUATION_TAG);
  const step = evaluations.steps.at(-1)!;
  if (step >= NEARLY_ALL * lastStep) return score;
  return { ...score, notes: [...score.notes, `its last evaluation is at step ${step} of ${lastStep}`] };
}

function notDeterministic(actions: string): ProtocolScore {
  const none = new Float64Array(0);
  const note = `its evaluations are no deterministic ones: eval_actions is ${actions}`;
  return {
    value: null,
    maximum: null,
    curve: { steps: none, values: none, seconds: none },
    notes: [note],
  };
}

/** Of the last 100 values before `end`, in their order. */
function meanBefore(values: Float64Array, end: number): number {
  const start = Math.max(0, end - WINDOW_EPISODES);
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]!;
  return sum / (end - start);
}

function scoreOfMeans(means: Scalars, tag: string): ProtocolScore {
  const curve = finiteOnly(means);
  const last = means.values.at(-1)!;
  return {
    value: isFinite32(last) ? last : null,
    maximum: highest(curve.values),
    curve,
    notes: notFinite(tag, means, curve),
  };
}

/** As a float32, which is how scalars are logged: what only a double can hold would overflow in sums. */
function isFinite32(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}

export function finiteOnly({ steps, values, seconds }: Scalars): Scalars {
  if (values.every(isFinite32)) return { steps, values, seconds };
  const isKept = (_: number, i: number) => isFinite32(values[i]!);
  return {
    steps: steps.filter(isKept),
    values: values.filter(isKept),
    seconds: seconds.filter(isKept),
  };
}

function notFinite(tag: string, all: Scalars, finite: Scalars): string[] {
  const count = all.values.length - finite.values.length;
  if (count === 0) return [];
  const first = all.steps[all.values.findIndex((value) => !isFinite32(value))];
  return [`${count} of ${all.values.length} values of ${tag} are not finite, the first at step ${first}`];
}

function highest(values: Float64Array): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}
