import { fileSafe } from "../run/run-directory.js";
import { type Figure, type FigureLine, MAX_LINES } from "./figure.js";
import { AXIS_NAMES, runsText } from "./plot-curve.js";
import type { EnvironmentSummary } from "./report-data.js";
import { PROTOCOLS, type Protocol, protocols } from "./scores.js";

/** A figure of a report: its file is `name` with an ending. */
export interface ReportFigure {
  readonly name: string;
  readonly caption: string;
  readonly figure: Figure;
}

const MAX_NAME_CHARACTERS = 60;

const CURVES = [
  { protocol: "training", axis: "steps" },
  { protocol: "evaluation", axis: "steps" },
  { protocol: "training", axis: "minutes" },
] as const;

/** Curves over steps and minutes, then profiles. index: of the environment, which makes names unique. */
export function figuresOf(environment: EnvironmentSummary, index: number): ReportFigure[] {
  const { env, arms, profiles } = environment;
  const prefix = `${index + 1}-${fileSafe(env).slice(0, MAX_NAME_CHARACTERS)}`;
  const curves = CURVES.flatMap(({ protocol, axis }) => {
    const lines = arms.flatMap(({ label, curves }, style) =>
      curves
        .filter((curve) => curve.protocol === protocol && curve.axis === axis)
        .map((curve) => ({ label: `${label} (${runsText(curve.runs)})`, style, ...curve })),
    );
    // One evaluation, at the end, is no curve.
    if (!lines.some(({ x }) => x.length > 1)) return [];
    return splitFigure(`${prefix}-${protocol}-${axis}`, lines, {
      title: `${env}: ${protocol}`,
      xName: AXIS_NAMES[axis],
      yName: PROTOCOLS[protocol].axis,
      caption: `${env}: ${PROTOCOLS[protocol].name} over ${AXIS_NAMES[axis]}; interquartile mean over runs, and its 95 % interval.`,
    });
  });
  const shares = protocols.flatMap((protocol) => {
    const lines = (profiles[protocol] ?? []).map(({ label, thresholds, shares }) => {
      return { label, style: arms.findIndex((arm) => arm.label === label), x: thresholds, points: shares };
    });
    return splitFigure(`${prefix}-profile-${protocol}`, lines, profileTexts(env, protocol));
  });
  return [...curves, ...shares];
}

export type FigureTexts = Omit<Figure, "lines"> & { readonly caption: string };

function profileTexts(env: string, protocol: Protocol): FigureTexts {
  return {
    title: `${env}: performance profile, ${protocol}`,
    xName: PROTOCOLS[protocol].axis,
    yName: "share of runs above",
    isXFree: true,
    yRange: [0, 1],
    caption: `${env}: share of runs whose ${PROTOCOLS[protocol].name} is higher than each value, and its 95 % interval.`,
  };
}

export interface StyledLine extends FigureLine {
  /** The arm's place among all of the environment. */
  readonly style: number;
}

/** As many figures as the arms need, so that no two in one look alike. */
export function splitFigure(
  name: string,
  lines: readonly StyledLine[],
  { caption, ...texts }: FigureTexts,
): ReportFigure[] {
  const parts = [...new Set(lines.map(partOf))];
  return parts.map((part, i) => {
    const figure = { ...texts, lines: lines.filter((line) => partOf(line) === part) };
    if (parts.length === 1) return { name, caption, figure };
    const of = `${i + 1} of ${parts.length}`;
    return {
      name: `${name}-${i + 1}`,
      caption: `${caption} Arms, part ${of}.`,
      figure: { ...figure, title: `${texts.title} (${of})` },
    };
  });
}

function partOf({ style }: StyledLine): number {
  return Math.floor(style / MAX_LINES);
}
