import { curveOver } from "../report/curves.js";
import { type ReportFigure, splitFigure } from "../report/figures.js";
import type { Arm } from "../report/index.js";
import { AXIS_NAMES, runsText } from "../report/plot-curve.js";
import { finiteOnly } from "../report/scores.js";
import { fileSafe } from "../run/run-directory.js";
import { interquartileMean } from "../stats/index.js";

const SPEED_TAG = "charts/SPS";

/** What an optimizer does to the updates: tags of every run of ours. */
const MECHANISMS = [
  { tag: "optim/grad_norm", name: "gradient norm before clipping" },
  { tag: "optim/clip_factor", name: "what clipping multiplies the gradient by" },
  { tag: "optim/update_norm", name: "norm of an iteration's change of the parameters" },
  { tag: "losses/approx_kl", name: "KL divergence from the policy before" },
  { tag: "losses/clipfrac", name: "share of clipped ratios" },
] as const;

/** The tags that `mechanismFigures` and `costsOf` read. */
export const MECHANISM_TAGS: readonly string[] = [SPEED_TAG, ...MECHANISMS.map(({ tag }) => tag)];

/** A figure for each mechanism, a line for each arm. arms: of one environment. */
export function mechanismFigures(arms: readonly Arm[], index: number): ReportFigure[] {
  return MECHANISMS.flatMap(({ tag, name }) => {
    const lines = arms.flatMap(({ label, runs }, style) => {
      const series = runs.flatMap(({ scalars }) => {
        const found = scalars.get(tag);
        return found === undefined ? [] : [finiteOnly(found)];
      });
      const curve = curveOver(
        series.filter(({ values }) => values.length > 0),
        "steps",
      );
      return curve === undefined ? [] : [{ label: `${label} (${runsText(curve.runs)})`, style, ...curve }];
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

/** How fast an arm trained, beside others at the same time. */
export interface Cost {
  readonly env: string;
  readonly arm: string;
  /** Env steps per second of the whole training: the interquartile mean over runs; null where none was logged. */
  readonly stepsPerSecond: number | null;
}

export function costsOf(arms: readonly Arm[]): Cost[] {
  return arms.map(({ env, label, runs }) => {
    const speeds = runs.flatMap(({ scalars }) => scalars.get(SPEED_TAG)?.values.at(-1) ?? []);
    const scores = speeds.map((speed) => [speed]);
    return { env, arm: label, stepsPerSecond: scores.length === 0 ? null : interquartileMean(scores) };
  });
}
