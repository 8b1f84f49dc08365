import { type ReportFigure, splitFigure } from "../report/figures.js";
import type { Arm, Run } from "../report/index.js";
import { AXIS_NAMES, armCurve, runsText } from "../report/plot-curve.js";
import { fileSafe } from "../run/run-directory.js";
import { interquartileMean } from "../stats/index.js";

/** What an optimizer does to the updates: tags of every run of ours. */
const MECHANISMS = [
  { tag: "optim/grad_norm", name: "gradient norm before clipping" },
  { tag: "optim/clip_factor", name: "what clipping multiplies the gradient by" },
  { tag: "optim/update_norm", name: "norm of an iteration's change of the parameters" },
  { tag: "losses/approx_kl", name: "KL divergence from the policy before" },
  { tag: "losses/clipfrac", name: "share of clipped ratios" },
] as const;

/** The tags that `mechanismFigures` reads. */
export const MECHANISM_TAGS: readonly string[] = MECHANISMS.map(({ tag }) => tag);

/** A figure for each mechanism, a line for each arm. arms: of one environment. */
export function mechanismFigures(arms: readonly Arm[], index: number): ReportFigure[] {
  return MECHANISMS.flatMap(({ tag, name }) => {
    const lines = arms.flatMap((arm, style) => {
      const curve = armCurve(arm, tag, "steps");
      return curve === undefined
        ? []
        : [{ label: `${arm.label} (${runsText(curve.runs)})`, style, ...curve }];
    });
    const { env } = arms[0]!;
    return splitFigure(`${index + 1}-${fileSafe(env)}-${fileSafe(tag.replace("/", "-"))}`, lines, {
      caption: `${env}: ${name} (${tag}); interquartile mean over runs, and its 95 % interval.`,
      title: `${env}: ${tag}`,
      xName: AXIS_NAMES.steps,
      yName: name,
    });
  });
}

/** What an arm's training took, beside others at the same time. */
export interface Cost {
  readonly env: string;
  readonly arm: string;
  /** Without pauses, evaluations included: the interquartile mean over runs. */
  readonly stepsPerSecond: number;
  /** Of the whole training, environments included, by the updates that were made; null where the settings don't tell how many. */
  readonly millisecondsPerUpdate: number | null;
}

export function costsOf(arms: readonly Arm[]): Cost[] {
  const over = (values: readonly number[]) => interquartileMean(values.map((value) => [value]));
  return arms.map(({ env, label, runs }) => {
    const updates = runs.map(updatesOf);
    return {
      env,
      arm: label,
      stepsPerSecond: over(runs.map(({ lastStep, minutes }) => lastStep / (60 * minutes))),
      millisecondsPerUpdate: updates.every((count) => count > 0)
        ? over(runs.map(({ minutes }, i) => (60_000 * minutes) / updates[i]!))
        : null,
    };
  });
}

/** How many optimizer steps a run's settings come to; NaN where they are not all there. */
function updatesOf({ settings, lastStep }: Run): number {
  const setting = (name: string) => Number(settings?.[name]);
  const rollout = setting("num_envs") * setting("num_steps");
  const minibatches = Math.max(1, Math.floor(rollout / setting("minibatch_size")));
  return (lastStep / rollout) * setting("epochs") * minibatches;
}
