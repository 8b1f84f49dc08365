import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { UsageError } from "../errors.js";
import { writeFileAtomic, writeFolderAtomic } from "../run/atomic-file.js";
import { packageVersion } from "../run/package-version.js";
import { type GroupOptions, groupRuns } from "./arms.js";
import { csvFiles } from "./csv.js";
import { documentOf } from "./document.js";
import { drawFigure } from "./figure.js";
import { figuresOf } from "./figures.js";
import { htmlOf } from "./html.js";
import { markdownOf } from "./markdown.js";
import { loadRasterizer } from "./png.js";
import { readRuns } from "./read-runs.js";
import type { ReportData } from "./report-data.js";
import { SCORE_TAGS } from "./scores.js";
import { type SummaryOptions, summarize } from "./summary.js";

export interface ReportOptions extends GroupOptions, SummaryOptions {
  /** Folders that hold runs, or runs themselves. */
  readonly runs: string | readonly string[];
  /** A new or empty folder, or that of an earlier report, whose files are replaced. */
  readonly output: string;
  /** The environment of runs that don't say theirs. */
  readonly env?: string;
  /** Whether each figure is written as PNG too; true unless said. */
  readonly png?: boolean;
  /** Whether the tables are written as CSV too; false unless said. */
  readonly csv?: boolean;
}

export interface Report {
  readonly data: ReportData;
  /** Paths of what was written. */
  readonly files: readonly string[];
}

const PAGE = "report.md";

/**
 * Compares training runs and writes `report.md`, `report.html` and `figures/*.svg` into a folder. What is in them:
 * docs/reports.md.
 *
 * Throws as `readRuns` and `groupRuns`; UsageError where the folder holds something else.
 */
export async function report(options: ReportOptions): Promise<Report> {
  const { runs, output, png = true, csv = false } = options;
  checkOutput(output);
  const tags = { tags: SCORE_TAGS };
  const found = readRuns(runs, options.env === undefined ? tags : { ...tags, env: options.env });
  const data = summarize(groupRuns(found, options), options);
  const figures = data.environments.map(figuresOf);
  const svgs = new Map<string, string>();
  for (const { name, figure } of figures.flat()) svgs.set(name, await drawFigure(figure));
  const pngs = png ? await rasterized(svgs) : [];
  const pictures = [...[...svgs].map(([name, svg]) => [`${name}.svg`, svg] as const), ...pngs];
  const blocks = documentOf(data, figures, packageVersion());
  const pages = new Map([
    ...(csv ? csvFiles(data) : []),
    ["report.html", htmlOf(blocks, svgs)],
    [PAGE, markdownOf(blocks)],
  ]);

  const folder = join(output, "figures");
  describeDiskError(output, () => mkdirSync(output, { recursive: true }));
  describeDiskError(folder, () =>
    writeFolderAtomic(folder, (temporary) => {
      for (const [name, content] of pictures) writeFileSync(join(temporary, name), content);
    }),
  );
  for (const [name, content] of pages) writeFileAtomic(join(output, name), content);
  return {
    data,
    files: [
      ...[...pages.keys()].map((name) => join(output, name)),
      ...pictures.map(([name]) => join(folder, name)),
    ],
  };
}

/** By the names of their files. */
async function rasterized(svgs: ReadonlyMap<string, string>): Promise<(readonly [string, Uint8Array])[]> {
  const rasterize = await loadRasterizer();
  return Promise.all([...svgs].map(async ([name, svg]) => [`${name}.png`, await rasterize(svg)] as const));
}

/** Before anything is read: a report replaces its own files only. */
function checkOutput(output: string): void {
  if (!existsSync(output)) return;
  const names = describeDiskError(output, () => readdirSync(output));
  if (names.length === 0 || names.includes(PAGE)) return;
  throw new UsageError(
    "report-output",
    `${output} holds other files than a report's; name a new folder with -o (option output).`,
  );
}
