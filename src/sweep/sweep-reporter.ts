import { jsonLine, printable } from "../errors.js";
import {
  type Environment,
  formatDuration,
  formatResult,
  formatStatus,
  type ReportMode,
  type ReportStream,
} from "../logging/status-line.js";
import type { RunStatus, SweepStatus } from "./engine.js";
import type { SweepOutcome, SweepReporter } from "./run-sweep.js";

const DEFAULT_COLUMNS = 80;
/** Of a terminal that does not say how many it has. */
const DEFAULT_ROWS = 24;
/** Piped output is told of the whole so often; of each run's beginning and end at once. */
const PLAIN_INTERVAL_MS = 30_000;

export const silentSweepReporter: SweepReporter = { started() {}, changed() {}, looked() {}, ended() {} };

const errorsOnlyReporter: SweepReporter = {
  ...silentSweepReporter,
  ended(outcome) {
    for (const line of failureLines(outcome)) process.stderr.write(`error: ${line}\n`);
  },
};

/**
 * "auto": a live table in a terminal, plain lines when piped or in CI; "json": one object a line; "quiet": what failed, on stderr.
 * command: what goes on with a sweep that did not finish.
 */
export function createSweepReporter(
  stream: ReportStream & { readonly rows?: number },
  options: { readonly mode: ReportMode; readonly command?: string; readonly env?: Environment },
): SweepReporter {
  const { mode, command, env = process.env } = options;
  if (mode === "quiet") return errorsOnlyReporter;
  if (mode === "json") return new JsonSweepReporter(stream, command);
  return new TableSweepReporter(
    stream,
    command,
    mode === "auto" && stream.isTTY === true && env["CI"] === undefined,
  );
}

class JsonSweepReporter implements SweepReporter {
  #writtenAt = performance.now();

  constructor(
    readonly stream: ReportStream,
    readonly command: string | undefined,
  ) {}

  started(runs: number, finished: number): void {
    this.#write("started", { runs, finished });
  }

  changed(status: RunStatus, result: Readonly<Record<string, unknown>> | null): void {
    const { pid, progress } = status;
    this.#write("run", { ...identityOf(status), pid, step: progress?.step ?? null, result });
  }

  looked(status: SweepStatus): void {
    if (performance.now() - this.#writtenAt < PLAIN_INTERVAL_MS) return;
    this.#writtenAt = performance.now();
    const running = status.runs
      .filter(({ state }) => state === "running")
      .map((run) => ({ label: run.run.label, seed: run.run.seed, ...run.progress }));
    this.#write("progress", { ...countsOf(status.runs), running });
  }

  ended({ status, runs }: SweepOutcome): void {
    this.#write(status, {
      ...countsOf(runs),
      ...(status === "finished" || this.command === undefined ? {} : { goOnWith: this.command }),
    });
  }

  #write(event: string, data: object): void {
    this.stream.write(jsonLine({ event, ...data }));
  }
}

class TableSweepReporter implements SweepReporter {
  #painted = 0;
  #writtenAt = performance.now();
  readonly #startedAt = performance.now();
  #finishedBefore = 0;

  constructor(
    readonly stream: ReportStream & { readonly rows?: number },
    readonly command: string | undefined,
    readonly repaints: boolean,
  ) {}

  started(runs: number, finished: number): void {
    this.#finishedBefore = finished;
    const before = finished === 0 ? "" : `, ${finished} of them finished before`;
    this.#line(`${runs} ${runs === 1 ? "run" : "runs"}${before}`);
  }

  changed(status: RunStatus, result: Readonly<Record<string, unknown>> | null): void {
    const news = newsOf(status, result);
    // The table shows what is going on.
    if (!this.repaints || status.state !== "running" || status.crashes > 0) {
      this.#line(printable(`${nameOf(status)}: ${news}`));
    }
  }

  looked(status: SweepStatus): void {
    if (this.repaints) this.#paint(this.#table(status));
    else if (performance.now() - this.#writtenAt >= PLAIN_INTERVAL_MS) this.#line(this.#summary(status));
  }

  stopping(): void {
    this.#line("every run finishes its iteration, then saves; once more (Ctrl-C) to stop at once");
  }

  ended({ status, runs }: SweepOutcome): void {
    this.#line(`${status}: ${summaryOf(countsOf(runs))}`);
    for (const line of failureLines({ status, runs })) this.#line(`  ${line}`);
    if (status !== "finished" && this.command !== undefined)
      this.#line(`go on with: ${printable(this.command)}`);
  }

  #table(status: SweepStatus): string[] {
    const columns = (this.stream.columns || DEFAULT_COLUMNS) - 1;
    const room = (this.stream.rows || DEFAULT_ROWS) - 2;
    const going = status.runs.filter(({ state }) => state === "running").slice(0, room);
    const width = Math.max(0, ...going.map((run) => nameOf(run).length));
    const rows = going.map((run) => {
      const name = `${nameOf(run).padEnd(width)}  `;
      const left = Math.max(0, columns - name.length);
      return name + (run.progress === null ? "starting" : formatStatus(run.progress, left));
    });
    return [...rows, this.#summary(status)].map((line) => printable(line).slice(0, columns));
  }

  #summary({ runs }: SweepStatus): string {
    const counts = countsOf(runs);
    const done = runs.reduce((sum, run) => sum + shareOf(run), -this.#finishedBefore);
    const left = runs.length - this.#finishedBefore - done;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const estimate = done > 0 ? `; about ${formatDuration((seconds * left) / done)} left` : "";
    return `${summaryOf(counts)}${estimate}`;
  }

  #paint(lines: readonly string[]): void {
    this.#erase();
    this.stream.write(lines.map((line) => `${line}\n`).join(""));
    this.#painted = lines.length;
  }

  #line(text: string): void {
    this.#erase();
    this.#writtenAt = performance.now();
    this.stream.write(`${text}\n`);
  }

  #erase(): void {
    if (this.#painted > 0) this.stream.write(`\x1b[${this.#painted}A\r\x1b[J`);
    this.#painted = 0;
  }
}

/** Of each run that did not finish, and was not asked to stop: which it is, and why. */
function failureLines({ runs }: SweepOutcome): string[] {
  return runs
    .filter(({ state }) => state === "failed" || state === "in-use")
    .map((run) => printable(`${run.label} seed ${run.seed} (${run.runDirectory}): ${run.message}`));
}

function newsOf(
  { state, crashes, message, run }: RunStatus,
  result: Readonly<Record<string, unknown>> | null,
): string {
  switch (state) {
    case "running":
      return crashes === 0
        ? `training in ${run.directory.path}`
        : `ended too early, goes on from its last checkpoint: ${message}`;
    case "finished":
      return `done  ${formatResult(result ?? {})}`;
    case "failed":
      return `failed: ${message}`;
    case "in-use":
      return `${message}; tried again later`;
    default:
      return state;
  }
}

function identityOf({ run, state, crashes, message }: RunStatus) {
  const { arm, label, varied, seed, directory } = run;
  return { arm, label, varied, seed, runDirectory: directory.path, state, crashes, message };
}

function nameOf({ run }: RunStatus): string {
  return `${run.label} seed ${run.seed}`;
}

type Counts = Readonly<Record<string, number>>;

/** How many runs there are in each state. */
function countsOf(runs: readonly { readonly state: string }[]): Counts {
  const counts: Record<string, number> = { runs: runs.length, finished: 0 };
  for (const { state } of runs) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function summaryOf({ runs, finished, ...others }: Counts): string {
  return [
    `${finished} of ${runs} runs finished`,
    ...Object.entries(others).map(([state, count]) => `${count} ${state}`),
  ].join(", ");
}

/** How much of a run is done, from 0 to 1; one that is given up leaves nothing to do. */
function shareOf({ state, progress }: RunStatus): number {
  if (state === "finished" || state === "failed") return 1;
  return progress === null ? 0 : Math.min(1, progress.step / progress.totalTimesteps);
}
