import { printable } from "../errors.js";
import type { Block } from "./document.js";

/** The page as GitHub's Markdown; figures are files beside it, in `figures`. */
export function markdownOf(blocks: readonly Block[]): string {
  return `${blocks.map(blockText).join("\n\n")}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${escaped(block.text)}`;
    case "paragraph":
      return lineText(block.text);
    case "list":
      return block.items.map((item) => `- ${lineText(item)}`).join("\n");
    case "code":
      return fenced(block.lines);
    case "table":
      return tableText(block.head, block.rows);
    case "figures":
      return block.figures
        .map(({ name, caption }) => `![${escaped(caption)}](figures/${name}.svg)`)
        .join("\n\n");
  }
}

/** Plain text that Markdown would take for marks, for HTML, or for the end of a cell. */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*[\]|~$]/g, "\\$&")
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** At the beginning of a line a few marks more have a meaning: headings, lists, rules. */
function lineText(text: string): string {
  return escaped(text)
    .replace(/^[#+=-]/, "\\$&")
    .replace(/^(\d+)([.)])(?=\s)/, "$1\\$2");
}

/** The fence is longer than any run of its mark within. */
function fenced(lines: readonly string[]): string {
  const shown = lines.map(printable);
  const longest = Math.max(
    2,
    ...shown.flatMap((line) => (line.match(/`+/g) ?? []).map((ticks) => ticks.length)),
  );
  const fence = "`".repeat(longest + 1);
  return [fence, ...shown, fence].join("\n");
}

function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  const rule = `|${head.map((_, column) => (isNumeric(rows, column) ? "---:" : "---")).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** Whether a column holds numbers and intervals: these are set to the right. */
export function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  return rows.every((row) =>
    /^(–|one run|-?\d[\d,.]*( to -?\d[\d,.]*)?( \(\d+ of \d+ runs\))?)$/.test(row[column]!),
  );
}
