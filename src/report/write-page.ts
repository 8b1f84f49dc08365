import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { UsageError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
import { writeFileAtomic, writeFolderAtomic } from "../run/atomic-file.js";
import { makeFolders } from "../run/make-folders.js";
import { CSV_FILES } from "./csv.js";
import type { Block } from "./document.js";
import { drawFigure } from "./figure.js";
import { GENERATOR, htmlOf } from "./html.js";
import { markdownOf } from "./markdown.js";
import { loadRasterizer } from "./png.js";

/** What a page is written as. */
export interface PageOptions {
  /** A new or empty folder, or that of an earlier report, whose files are replaced. */
  readonly output: string;
  /** Whether each figure is written as PNG too; true unless said. */
  readonly png?: boolean;
}

/** Of the HTML page, by which a folder is known as an earlier report's. */
const MAX_PAGE_BYTES = 256 << 20;

/** Before anything is read: a report replaces its own files only. Throws UsageError where the folder holds something else. */
export function checkOutput(output: string): void {
  if (!existsSync(output)) return;
  const names = describeDiskError(output, () => readdirSync(output));
  if (names.length === 0 || isEarlierReport(output)) return;
  throw new UsageError(
    "report-output",
    `${output} holds other files than a report's; name a new folder with -o (option output).`,
  );
}

function isEarlierReport(output: string): boolean {
  const path = join(output, "report.html");
  if (!existsSync(path)) return false;
  return describeDiskError(path, () => readLimitedFile(path, MAX_PAGE_BYTES)).includes(GENERATOR);
}

/**
 * Writes the page as Markdown and HTML, its figures, and other files by their names; tables of an earlier report that are not
 * written anew are removed. Returns the paths of what was written.
 *
 * Throws as `checkOutput`.
 */
export async function writePage(
  blocks: readonly Block[],
  others: ReadonlyMap<string, string>,
  { output, png = true }: PageOptions,
): Promise<string[]> {
  checkOutput(output);
  const svgs = new Map<string, string>();
  for (const { name, figure } of blocks.flatMap((block) => (block.kind === "figures" ? block.figures : []))) {
    svgs.set(name, await drawFigure(figure));
  }
  const pngs = png ? await rasterized(svgs) : [];
  const pictures = [...[...svgs].map(([name, svg]) => [`${name}.svg`, svg] as const), ...pngs];
  const pages = new Map([...others, ["report.md", markdownOf(blocks)]]);

  const page = join(output, "report.html");
  const folder = join(output, "figures");
  describeDiskError(output, () => makeFolders(output));
  // First, so that a folder whose writing was cut off is known as a report's.
  writeFileAtomic(page, htmlOf(blocks, svgs));
  describeDiskError(folder, () =>
    writeFolderAtomic(folder, (temporary) => {
      for (const [name, content] of pictures) writeFileSync(join(temporary, name), content);
    }),
  );
  for (const name of CSV_FILES.filter((name) => !pages.has(name)))
    rmSync(join(output, name), { force: true });
  for (const [name, content] of pages) writeFileAtomic(join(output, name), content);
  return [
    page,
    ...[...pages.keys()].map((name) => join(output, name)),
    ...pictures.map(([name]) => join(folder, name)),
  ];
}

/** By the names of their files. */
async function rasterized(svgs: ReadonlyMap<string, string>): Promise<(readonly [string, Uint8Array])[]> {
  const rasterize = await loadRasterizer();
  return Promise.all([...svgs].map(async ([name, svg]) => [`${name}.png`, await rasterize(svg)] as const));
}
