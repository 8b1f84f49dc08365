import { packageVersion } from "../run/package-version.js";
import { type GroupOptions, groupRuns } from "./arms.js";
import { csvFiles } from "./csv.js";
import { documentOf } from "./document.js";
import { figuresOf } from "./figures.js";
import { readRuns } from "./read-runs.js";
import type { ReportData } from "./report-data.js";
import { SCORE_TAGS } from "./scores.js";
import { type SummaryOptions, summarize } from "./summary.js";
import { checkOutput, type PageOptions, writePage } from "./write-page.js";

export interface ReportOptions extends GroupOptions, SummaryOptions, PageOptions {
  /** Folders that hold runs, or runs themselves. */
  readonly runs: string | readonly string[];
  /** The environment of runs that don't say theirs. */
  readonly env?: string;
  /** Whether the tables are written as CSV too; false unless said. */
  readonly csv?: boolean;
}

export interface Report {
  readonly data: ReportData;
  /** Paths of what was written. */
  readonly files: readonly string[];
}

/**
 * Compares training runs and writes `report.md`, `report.html` and `figures/*.svg` into a folder. What is in them:
 * docs/reports.md.
 *
 * Throws as `readRuns` and `groupRuns`; UsageError where the folder holds something else.
 */
export async function report(options: ReportOptions): Promise<Report> {
  const { runs, output, csv = false } = options;
  checkOutput(output);
  const tags = { tags: SCORE_TAGS };
  const found = readRuns(runs, options.env === undefined ? tags : { ...tags, env: options.env });
  const data = summarize(groupRuns(found, options), options);
  const blocks = documentOf(data, data.environments.map(figuresOf), packageVersion());
  return { data, files: await writePage(blocks, csv ? csvFiles(data) : new Map(), options) };
}
