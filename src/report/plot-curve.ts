import { UsageError } from "../errors.js";
import { type Arm, type GroupOptions, groupRuns } from "./arms.js";
import { type Curve, type CurveAxis, curveOver } from "./curves.js";
import { drawFigure, MAX_LINES } from "./figure.js";
import type { Run } from "./run.js";
import type { Scalars } from "./scalar-log.js";
import { finiteOnly, PROTOCOLS, type Protocol, scoreOf } from "./scores.js";

export interface PlotOptions extends GroupOptions {
  /** "training" (mean of the last 100 episodes; unless said), "evaluation", or any tag, as "losses/value_loss". */
  readonly y?: Protocol | (string & {});
  /** "steps" of the environment unless said, or "minutes". */
  readonly x?: CurveAxis;
  /** The environment unless said. */
  readonly title?: string;
  /** Of the SVG's view box: 480 and 320 unless said; the legend is below. */
  readonly width?: number;
  readonly height?: number;
}

/** What the x axes are called. */
export const AXIS_NAMES: Readonly<Record<CurveAxis, string>> = { steps: "env steps", minutes: "minutes" };

/**
 * The learning curves of runs as an SVG document, which a notebook shows: a line for each arm, the interquartile mean over its runs up to where the shortest ends, with the
 * 95 % interval as a band where there are several. Runs that a report leaves out (shorter than the longest of their arm, or of a
 * seed that is there twice) are left out here, and the legend counts them: "2 of 3 runs".
 *
 * Throws UsageError where the runs are of several environments, of more than eight arms, or where none has what is asked for.
 */
export async function plotCurve(runs: readonly Run[], options: PlotOptions = {}): Promise<string> {
  const { y = "training", x = "steps", title, width, height } = options;
  const arms = groupRuns(runs, options);
  const envs = [...new Set(arms.map(({ env }) => env))];
  if (envs.length !== 1) {
    throw new UsageError(
      "plot-environments",
      `A figure shows the runs of one environment, got ${envs.length === 0 ? "no run" : envs.join(", ")}; choose with runs.filter((run) => run.env === …).`,
    );
  }
  const lines = arms.flatMap((arm) => {
    const curve = armCurve(arm, y, x);
    if (curve === undefined) return [];
    const all = arm.runs.length + arm.leftOut.length;
    const counted = curve.runs === all ? runsText(all) : `${curve.runs} of ${all} runs`;
    return [{ label: `${arm.label} (${counted})`, ...curve }];
  });
  if (lines.length === 0) {
    const tags = [...new Set(runs.flatMap((run) => [...run.scalars.keys()]))].sort();
    throw new UsageError(
      "plot-tag",
      `No run has ${JSON.stringify(y)}; they have ${tags.join(", ") || "no tags"}.`,
    );
  }
  if (lines.length > MAX_LINES) {
    throw new UsageError(
      "plot-arms",
      `A figure shows at most ${MAX_LINES} arms, got ${lines.length}: ${lines.map(({ label }) => label).join(", ")}.`,
    );
  }
  return drawFigure({
    title: title ?? envs[0]!,
    xName: AXIS_NAMES[x],
    yName: isProtocol(y) ? PROTOCOLS[y].axis : y,
    lines,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  });
}

/** Over the arm's runs that have it; undefined where none has, or they have no common part. y: as for `plotCurve`. */
export function armCurve({ runs }: Arm, y: string, x: CurveAxis): Curve | undefined {
  const series = runs.flatMap((run) => seriesOf(run, y)).filter(({ values }) => values.length > 0);
  return curveOver(series, x);
}

export function runsText(count: number): string {
  return count === 1 ? "1 run" : `${count} runs`;
}

function isProtocol(y: string): y is Protocol {
  return Object.hasOwn(PROTOCOLS, y);
}

function seriesOf(run: Run, y: string): Scalars[] {
  if (isProtocol(y)) {
    const score = scoreOf(run, y);
    return score === undefined ? [] : [score.curve];
  }
  const scalars = run.scalars.get(y);
  return scalars === undefined ? [] : [finiteOnly(scalars)];
}
