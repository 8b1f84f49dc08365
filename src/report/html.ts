import { printable } from "../errors.js";
import type { Block } from "./document.js";
import { isNumeric } from "./markdown.js";

const STYLE = `
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; color: #222; background: #fff;
  max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; } h3 { margin-top: 1.8rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th { text-align: left; vertical-align: bottom; border-bottom: 2px solid #222; }
th, td { padding: 0.25rem 0.6rem; } td { border-bottom: 1px solid #ddd; vertical-align: top; }
.number { text-align: right; } td.number, td:first-child { white-space: nowrap; }
.figures { display: flex; flex-wrap: wrap; gap: 1.5rem; }
figure { margin: 0; flex: 1 1 24rem; max-width: 32rem; } figure img { width: 100%; height: auto; }
figcaption { font-size: 0.8rem; color: #555; }
pre { overflow-x: auto; background: #f5f5f5; padding: 0.75rem; font-size: 0.8rem; }
@media print { body { max-width: none; } figure, table { break-inside: avoid; } }
`;

/** By which a page of ours is known. */
export const GENERATOR = '<meta name="generator" content="rl-adan">';

/**
 * The page as one HTML file that needs nothing else: no script, no address, each figure within as an image, which neither runs nor
 * loads anything. svgs: by the figure's name.
 */
export function htmlOf(blocks: readonly Block[], svgs: ReadonlyMap<string, string>): string {
  const title = blocks.find((block) => block.kind === "heading");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
${GENERATOR}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escaped(title?.text ?? "Report")}</title>
<style>${STYLE}</style>
</head>
<body>
${blocks.map((block) => blockHtml(block, svgs)).join("\n")}
</body>
</html>
`;
}

function blockHtml(block: Block, svgs: ReadonlyMap<string, string>): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`;
    case "paragraph":
      return `<p>${escaped(block.text)}</p>`;
    case "list":
      return `<ul>\n${block.items.map((item) => `<li>${escaped(item)}</li>`).join("\n")}\n</ul>`;
    case "code":
      return `<pre><code>${block.lines.map(escaped).join("\n")}</code></pre>`;
    case "table":
      return tableHtml(block.head, block.rows);
    case "figures": {
      const figures = block.figures.map(({ name, caption }) => {
        const data = Buffer.from(svgs.get(name)!).toString("base64");
        const text = escaped(caption);
        return `<figure><img alt="${text}" src="data:image/svg+xml;base64,${data}"><figcaption>${text}</figcaption></figure>`;
      });
      return `<div class="figures">\n${figures.join("\n")}\n</div>`;
    }
  }
}

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const classes = head.map((_, column) => (isNumeric(rows, column) ? ' class="number"' : ""));
  const line = (name: "th" | "td", cells: readonly string[]) =>
    `<tr>${cells.map((cell, column) => `<${name}${classes[column]}>${escaped(cell)}</${name}>`).join("")}</tr>`;
  return `<div class="table"><table>
<thead>${line("th", head)}</thead>
<tbody>
${rows.map((row) => line("td", row)).join("\n")}
</tbody>
</table></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}
