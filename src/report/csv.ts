import { printable } from "../errors.js";
import type { ReportData } from "./report-data.js";
import { protocols } from "./scores.js";

type Cell = string | number | null | undefined;

export const CSV_FILES = ["arms.csv", "curves.csv", "runs.csv"] as const;

/** The tables of a report by their files' names, one row a record; what has no value is an empty cell. */
export function csvFiles(data: ReportData): Map<string, string> {
  return new Map([
    ["arms.csv", armsCsv(data)],
    ["curves.csv", curvesCsv(data)],
    ["runs.csv", runsCsv(data)],
  ]);
}

/** One row for each environment, arm and protocol. */
function armsCsv({ environments }: ReportData): string {
  const rows = environments.flatMap(({ env, arms }) =>
    arms.flatMap(({ label, runs, steps, minutes, scores }) =>
      protocols.flatMap((protocol) => {
        const score = scores[protocol];
        if (score === undefined) return [];
        const { iqm, mean, maximum } = score;
        const bounds = [...(iqm.interval ?? [null, null])];
        const ofRuns = score.runs;
        const best = [maximum?.iqm.value, ...(maximum?.iqm.interval ?? [null, null]), maximum?.mean];
        return [[env, label, protocol, runs, ofRuns, steps, minutes, iqm.value, ...bounds, mean, ...best]];
      }),
    ),
  );
  const head =
    "env,arm,protocol,runs,runs_with_score,steps,minutes,iqm,iqm_low,iqm_high,mean,maximum_iqm,maximum_iqm_low,maximum_iqm_high,maximum_mean";
  return csv(head.split(","), rows);
}

function curvesCsv({ environments }: ReportData): string {
  const rows = environments.flatMap(({ env, arms }) =>
    arms.flatMap(({ label, curves }) =>
      curves.flatMap(({ protocol, axis, x, points, runs }) =>
        points.map(({ value, interval }, i) => [
          env,
          label,
          protocol,
          axis,
          runs,
          x[i],
          value,
          interval?.[0],
          interval?.[1],
        ]),
      ),
    ),
  );
  return csv(["env", "arm", "protocol", "axis", "runs", "x", "iqm", "iqm_low", "iqm_high"], rows);
}

function runsCsv({ runs }: ReportData): string {
  const rows = runs.map((run) => [
    run.name,
    run.env,
    run.arm,
    run.seed,
    run.status,
    run.leftOut,
    run.steps,
    run.minutes,
    ...protocols.flatMap((protocol) => [run.scores[protocol], run.maxima[protocol]]),
    run.argv?.join(" "),
    run.notes.join("; "),
  ]);
  const scores = protocols.flatMap((protocol) => [protocol, `${protocol}_maximum`]);
  const head = [
    "run",
    "env",
    "arm",
    "seed",
    "status",
    "left_out",
    "steps",
    "minutes",
    ...scores,
    "argv",
    "notes",
  ];
  return csv(head, rows);
}

/** RFC 4180. */
function csv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(cellText).join(",")}\r\n`).join("");
}

/** Text that a spreadsheet would compute (=, +, -, @ at its beginning) gets an apostrophe, which shows it as text. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const text = printable(cell).replace(/^\s*[=+\-@]/, "'$&");
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
