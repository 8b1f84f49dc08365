import type { SeriesOption } from "echarts";
import { printable } from "../errors.js";
import type { Estimate } from "../stats/index.js";
import { tickText } from "./number-text.js";

/** A figure of one or more lines with their bands. */
export interface Figure {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly lines: readonly FigureLine[];
  /** The x axis begins where the lines do, not at 0. */
  readonly isXFree?: boolean;
  /** The marks of the x axis; round numbers unless said. */
  readonly xTicks?: readonly { readonly value: number; readonly text: string }[];
  /** Where the y axis begins and ends; around the lines unless said. */
  readonly yRange?: readonly [low: number, high: number];
  /** Of the SVG's view box; 480 unless said. */
  readonly width?: number;
  /** Of axes and title, without the legend; 320 unless said. */
  readonly height?: number;
}

export interface FigureLine {
  readonly label: string;
  /** Which of MAX_LINES looks it has; its place in the figure unless said. Figures of one arm show it alike. */
  readonly style?: number;
  readonly x: readonly number[];
  readonly points: readonly Estimate[];
}

/** Lines that a reader can tell apart in one figure, without colours too. */
export const MAX_LINES = 8;

/** Shrunk to a column of 8.5 cm, 480 units wide, letters of 14 are 7 points high. */
const WIDTH = 480;
const HEIGHT = 320;
const FONT_SIZE = 14;
const FONT = "Helvetica Neue, Helvetica, Arial, DejaVu Sans Condensed, sans-serif";
const INK = "#222222";
const PALE = "#dddddd";
const LEGEND_ROW = 20;
const MAX_LEGEND_CHARACTERS = 54;
/** Two columns of the legend have room for labels of so many. */
const HALF_LEGEND_CHARACTERS = 22;
const DIGIT_WIDTH = 8;
const Y_NAME_WIDTH = 34;
/** About so many on an axis. */
const TICKS = 5;
/** A range below this share of its numbers, or numbers below this, is a single point: ECharts finds no ticks within. */
const SMALLEST_SHARE = 1e-9;
const SMALLEST = 1e-12;
/** Above and below the lines. */
const Y_MARGIN = 0.05;
const MAX_TITLE_CHARACTERS = 54;
/** Marks along a line. */
const MARKS = 6;

/** Colours: Okabe and Ito 2008, which the colour-blind tell apart; dashes and marks for print in black and white. */
const STYLES = [
  { color: "#0072b2", dash: "solid", symbol: "circle" },
  { color: "#d55e00", dash: [7, 4], symbol: "triangle" },
  { color: "#009e73", dash: [2, 3], symbol: "rect" },
  { color: "#8b4a8b", dash: [9, 3, 2, 3], symbol: "diamond" },
  { color: "#000000", dash: [4, 2], symbol: "emptyCircle" },
  { color: "#56b4e9", dash: [12, 4], symbol: "emptyTriangle" },
  { color: "#b58900", dash: [1, 2], symbol: "emptyRect" },
  { color: "#666666", dash: [9, 3, 2, 3, 2, 3], symbol: "emptyDiamond" },
] as const;

/**
 * The figure as an SVG document, the same for the same figure. What ends behind MAX_LINES lines is the caller's to split.
 *
 * ECharts comes in with the first figure, so that a program without figures does not load it.
 */
export async function drawFigure(figure: Figure): Promise<string> {
  const { init } = await loadCharts();
  const { width = WIDTH, height = HEIGHT } = figure;
  const labels = figure.lines.map(({ label }, i) => legendText(label, figure.lines, i));
  const x = axisRange([...(figure.isXFree ? [] : [0]), ...figure.lines.flatMap((line) => line.x)], 0);
  const y = axisRange(
    figure.yRange ??
      figure.lines.flatMap(({ points }) => points.flatMap((of) => [of.value, ...(of.interval ?? [])])),
    figure.yRange === undefined ? Y_MARGIN : 0,
  );
  const left = Math.max(...y.ticks.map((tick) => tickText(tick).length)) * DIGIT_WIDTH + Y_NAME_WIDTH;
  const columns = labels.every((label) => label.length <= HALF_LEGEND_CHARACTERS) ? 2 : 1;
  const legendHeight = LEGEND_ROW * Math.ceil(labels.length / columns);
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height: height + legendHeight });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      textStyle: { fontFamily: FONT, fontSize: FONT_SIZE, color: INK },
      title: {
        text: shortened(figure.title, MAX_TITLE_CHARACTERS),
        left: "center",
        top: 6,
        textStyle: { fontFamily: FONT, fontSize: FONT_SIZE + 1, color: INK, fontWeight: "bold" },
      },
      grid: { left, right: 36, top: 40, bottom: 58 + legendHeight, outerBoundsMode: "none" },
      legend: Array.from({ length: columns }, (_, column) => ({
        orient: "vertical",
        bottom: 6,
        height: legendHeight,
        left: 12 + (column * (width - 12)) / 2,
        data: labels.filter((_, i) => i % columns === column),
        itemWidth: 40,
        itemHeight: 9,
        itemGap: LEGEND_ROW - FONT_SIZE,
        selectedMode: false,
        textStyle: { fontFamily: FONT, fontSize: FONT_SIZE, color: INK },
      })),
      xAxis: { ...axis(figure.xName, x, 32, figure.xTicks), splitLine: { show: false } },
      yAxis: axis(figure.yName, y, left - 16),
      series: figure.lines.flatMap((line, i) => seriesOf(line, labels[i]!, (line.style ?? i) % MAX_LINES)),
    });
    return plain(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

interface AxisRange {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** The range of values, with a margin (a share of it) on both sides, and round numbers within. */
function axisRange(values: readonly number[], margin: number): AxisRange {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const size = largest < SMALLEST ? 1 : largest;
  const isPoint = high - low < size * SMALLEST_SHARE;
  const space = isPoint ? size : margin * (high - low);
  const [min, max] = [low - (margin > 0 ? space : 0), high + space];
  const rough = (max - min) / TICKS;
  const power = Number(`1e${rough.toExponential().split("e")[1]}`);
  const unit = power * ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / unit);
  const count = Math.floor(max / unit) - first + 1;
  // A multiple of a decimal unit has stray digits at its end.
  const ticks = Array.from({ length: count }, (_, i) => Number(((first + i) * unit).toPrecision(12)));
  return { min, max, ticks };
}

/** marks: instead of the range's round numbers. */
function axis(
  name: string,
  { min, max, ticks }: AxisRange,
  nameGap: number,
  marks: Figure["xTicks"] = ticks.map((value) => ({ value, text: tickText(value) })),
) {
  const places = marks.map(({ value }) => value);
  return {
    type: "value" as const,
    min,
    max,
    name: printable(name),
    nameLocation: "middle" as const,
    nameGap,
    nameTextStyle: { fontFamily: FONT, fontSize: FONT_SIZE, color: INK },
    axisLabel: {
      fontFamily: FONT,
      fontSize: FONT_SIZE,
      color: INK,
      hideOverlap: true,
      customValues: places,
      formatter: (value: number) => marks.find((mark) => mark.value === value)?.text ?? "",
    },
    axisLine: { show: true, onZero: false, lineStyle: { color: INK } },
    axisTick: { show: true, customValues: places, lineStyle: { color: INK } },
    splitLine: { show: true, lineStyle: { color: PALE } },
  };
}

function seriesOf({ x, points }: FigureLine, name: string, index: number): SeriesOption[] {
  const { color, dash, symbol } = STYLES[index]!;
  const every = Math.max(1, Math.ceil(points.length / MARKS));
  // Those of different lines are not above one another.
  const first = Math.floor((index * every) / MAX_LINES);
  const line: SeriesOption = {
    type: "line",
    name,
    silent: true,
    emphasis: { disabled: true },
    color,
    symbol,
    symbolSize: 8,
    showAllSymbol: true,
    lineStyle: { color, width: 2, type: typeof dash === "string" ? dash : [...dash] },
    z: 3,
    data: points.map(({ value }, i) => {
      const isMarked = i % every === first || points.length === 1;
      return isMarked ? [x[i]!, value] : { value: [x[i]!, value], symbol: "none" };
    }),
  };
  const bounds = points.flatMap(({ interval }, i) => (interval === null ? [] : [[x[i]!, ...interval]]));
  if (bounds.length < 2) return [line];
  const band: SeriesOption = {
    type: "custom",
    silent: true,
    z: 2,
    // low and high count for the range of the axis.
    encode: { x: 0, y: [1, 2] },
    data: bounds,
    renderItem: (params, api) => {
      if (params.dataIndex > 0) return null;
      const low = bounds.map(([place, value]) => api.coord([place!, value!]));
      const high = bounds.map(([place, , value]) => api.coord([place!, value!]));
      return {
        type: "polygon",
        silent: true,
        shape: { points: [...low, ...high.reverse()] as [number, number][] },
        style: { fill: color, opacity: 0.16, stroke: color, lineWidth: 0.5 },
      };
    },
  };
  return [band, line];
}

/** Of a label that is cut, both ends are left; two that are then alike are numbered, since the legend knows lines by them. */
function legendText(label: string, lines: readonly FigureLine[], index: number): string {
  const cut = (text: string) => {
    const shown = printable(text);
    const half = (MAX_LEGEND_CHARACTERS - 1) >> 1;
    return shown.length > MAX_LEGEND_CHARACTERS ? `${shown.slice(0, half)}…${shown.slice(-half)}` : shown;
  };
  const isOnly = lines.every((other, i) => i === index || cut(other.label) !== cut(label));
  return isOnly ? cut(label) : `${index + 1}: ${cut(label).slice(4)}`;
}

function shortened(text: string, characters: number): string {
  const shown = printable(text);
  return shown.length > characters ? `${shown.slice(0, characters - 1)}…` : shown;
}

/** Without what is for a page that one points at, and with ids that don't count the charts drawn before. */
function plain(svg: string): string {
  return svg
    .replace(/<style\s*>.*?<\/style>\s*/s, "")
    .replace(/ (class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*"|pointer-events="\w+")/g, "")
    .replace(/zr\d+-c/g, "clip");
}

let charts: Promise<typeof import("echarts/core")> | undefined;

/** The parts of ECharts that a figure is made of. */
function loadCharts(): Promise<typeof import("echarts/core")> {
  charts ??= (async () => {
    const [core, kinds, components, { SVGRenderer }] = await Promise.all([
      import("echarts/core"),
      import("echarts/charts"),
      import("echarts/components"),
      import("echarts/renderers"),
    ]);
    const { GridComponent, LegendComponent, TitleComponent } = components;
    core.use([
      kinds.LineChart,
      kinds.CustomChart,
      GridComponent,
      LegendComponent,
      TitleComponent,
      SVGRenderer,
    ]);
    return core;
  })();
  return charts;
}
