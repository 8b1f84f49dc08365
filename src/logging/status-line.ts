import pc from "picocolors";
import { jsonLine, printable } from "../errors.js";
import {
  formatRollback,
  type IterationProgress,
  type RollbackFacts,
  type RunFacts,
  silentReporter,
  type TrainReporter,
} from "./progress.js";

export type ReportMode = "auto" | "plain" | "quiet" | "json";

/** The part of a terminal or pipe that a reporter writes to. */
export interface ReportStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Variables of a process, without Node's own type: declarations are to compile where no types of Node are loaded. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Colors = Pick<typeof pc, "bold">;
const plain: Colors = pc.createColors(false);

const DEFAULT_COLUMNS = 80;
const BAR_WIDTH = 16;
/** Piped output gets a line at most this often, but for the last one and each new tenth of the run. */
const PLAIN_INTERVAL_MS = 5000;
const REPAINT_INTERVAL_MS = 100;

/**
 * The reporter of a command line. "auto": one repainting line in a terminal, plain lines when piped or in CI; "json":
 * one object a line; "quiet": nothing.
 */
export function createReporter(
  stream: ReportStream,
  options: { mode: ReportMode; profile?: boolean; env?: Environment; clock?: () => number },
): TrainReporter {
  const { mode, profile = false, env = process.env, clock = () => performance.now() } = options;
  if (mode === "quiet") return silentReporter;
  if (mode === "json") return new JsonReporter(stream, profile);
  const repaints = mode === "auto" && stream.isTTY === true && env["CI"] === undefined;
  return new LineReporter(stream, repaints, clock, profile);
}

class JsonReporter implements TrainReporter {
  constructor(
    readonly stream: ReportStream,
    readonly profiles: boolean,
  ) {}

  started(facts: RunFacts): void {
    this.#write("started", facts);
  }

  iteration(progress: IterationProgress): void {
    this.#write("iteration", progress);
  }

  rolledBack(facts: RollbackFacts): void {
    this.#write("rollback", facts);
  }

  finished(result: Readonly<Record<string, unknown>>): void {
    this.#write("finished", { result });
  }

  interrupted(step: number, resumeCommand: string | null): void {
    this.#write("interrupted", { step, resumeCommand });
  }

  profile(phases: Readonly<Record<string, number>>, wallSeconds: number): void {
    if (this.profiles) this.#write("profile", { phases, wallSeconds });
  }

  #write(event: string, data: object): void {
    this.stream.write(jsonLine({ event, ...data }));
  }
}

class LineReporter implements TrainReporter {
  readonly #colors: Colors;
  #isPainted = false;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #tenth = -1;

  constructor(
    readonly stream: ReportStream,
    readonly repaints: boolean,
    readonly clock: () => number,
    readonly profiles: boolean,
  ) {
    // picocolors looks at stdout and CI alone; a pipe or a file gets words only.
    this.#colors = stream.isTTY === true ? pc : plain;
  }

  started(facts: RunFacts): void {
    for (const line of formatFacts(facts, this.#colors)) this.#line(line);
  }

  iteration(progress: IterationProgress): void {
    const isLast = progress.step >= progress.totalTimesteps;
    const tenth = Math.floor((10 * progress.step) / progress.totalTimesteps);
    const elapsed = this.clock() - this.#writtenAt;
    const isDue = this.repaints
      ? elapsed >= REPAINT_INTERVAL_MS
      : elapsed >= PLAIN_INTERVAL_MS || tenth > this.#tenth;
    if (!isDue && !isLast) return;
    this.#writtenAt = this.clock();
    this.#tenth = tenth;
    // Some terminals say 0 when they do not know.
    const columns = this.stream.columns || DEFAULT_COLUMNS;
    const text = formatStatus(progress, this.repaints ? columns - 1 : Number.POSITIVE_INFINITY);
    if (this.repaints) this.stream.write(`\r\x1b[2K${text}`);
    else this.stream.write(`${text}\n`);
    this.#isPainted = this.repaints;
  }

  rolledBack(facts: RollbackFacts): void {
    this.#line(`${this.#colors.bold("rollback")}  ${printable(formatRollback(facts))}`);
  }

  finished(result: Readonly<Record<string, unknown>>): void {
    this.#line(`${this.#colors.bold("done")}  ${formatResult(result)}`);
  }

  interrupted(step: number, resumeCommand: string | null): void {
    const isSaved = resumeCommand !== null && step > 0;
    const saved = isSaved ? "" : "; nothing was saved";
    const how =
      resumeCommand === null
        ? ""
        : `; ${isSaved ? "go on" : "begin again"} with: ${printable(resumeCommand)}`;
    this.#line(`interrupted at step ${step}${saved}${how}`);
  }

  profile(phases: Readonly<Record<string, number>>, wallSeconds: number): void {
    if (!this.profiles) return;
    for (const line of formatProfile(phases, wallSeconds)) this.#line(line);
  }

  #line(text: string): void {
    if (this.#isPainted) this.stream.write("\n");
    this.#isPainted = false;
    this.stream.write(`${text}\n`);
  }
}

/** A finished run in one line; what there is none of is left out. */
export function formatResult(result: Readonly<Record<string, unknown>>): string {
  const number = (key: string) => (typeof result[key] === "number" ? result[key].toFixed(1) : undefined);
  const [speed, trained, evaluated] = [
    number("steps_per_second"),
    number("train_return_last_100"),
    number("eval_mean_return"),
  ];
  return [
    `${result["total_timesteps"]} steps${speed === undefined ? "" : ` at ${speed} steps/s`}`,
    ...(trained === undefined
      ? []
      : [`return of the last ${result["train_return_episodes"]} training episodes ${trained}`]),
    ...(evaluated === undefined ? [] : [`evaluation ${evaluated} ± ${number("eval_std_return")}`]),
  ].join("; ");
}

/** Where the time of a run went, a phase a line, the longest first. */
export function formatProfile(phases: Readonly<Record<string, number>>, wallSeconds: number): string[] {
  const known = Object.values(phases).reduce((sum, seconds) => sum + seconds, 0);
  const rows = Object.entries({ ...phases, "start-up and the rest": wallSeconds - known })
    .sort(([, a], [, b]) => b - a)
    .map(([phase, seconds]) => [
      phase,
      `${seconds.toFixed(2)} s`,
      `${((100 * seconds) / wallSeconds).toFixed(1)} %`,
    ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(
    ([phase, seconds, share]) =>
      `  ${phase!.padEnd(widths[0]!)}  ${seconds!.padStart(widths[1]!)}  ${share!.padStart(widths[2]!)}`,
  );
}

/** The facts of a run, one a line. */
export function formatFacts(facts: RunFacts, colors: Colors = plain): string[] {
  const optimizer = facts.optimizer === null ? "" : ` with ${facts.optimizer}`;
  const parameters = facts.parameters === null ? "" : `, ${facts.parameters} parameters`;
  const resumed = facts.resumedFromStep === null ? "" : `, resumed at step ${facts.resumedFromStep}`;
  const adapter = facts.adapter === null ? "" : `; ${printable(facts.adapter)}`;
  const threads = facts.threads === 1 ? "1 thread" : `${facts.threads} threads`;
  return [
    `${colors.bold(printable(facts.env))}  ${facts.algorithm}${printable(optimizer)}, seed ${facts.seed}, ` +
      `${facts.totalTimesteps} steps${parameters}${resumed}`,
    `device ${facts.device} (${facts.deviceReason}${adapter}), ${threads}`,
    `run directory ${printable(facts.runDirectory)}`,
    ...facts.notes.map((note) => `note: ${printable(note)}`),
  ];
}

/** One status line of at most `columns` characters: the bar goes first when there is no room, then the end. */
export function formatStatus(progress: IterationProgress, columns: number): string {
  const share = Math.min(1, progress.step / progress.totalTimesteps);
  const filled = Math.floor(share * BAR_WIDTH);
  const bar = `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}] `;
  const text = [
    `${progress.step}/${progress.totalTimesteps} ${Math.floor(share * 100)}%`,
    `${Math.round(progress.stepsPerSecond)} steps/s`,
    progress.returnMean === null
      ? "return -"
      : `return ${progress.returnMean.toFixed(1)} (${progress.returnCount})`,
    ...(progress.approxKl === null ? [] : [`kl ${progress.approxKl.toFixed(4)}`]),
    `${formatDuration(progress.secondsLeft)} left`,
  ].join("  ");
  return (bar.length + text.length <= columns ? bar + text : text).slice(0, columns);
}

/** Seconds as `42s`, `3m07s` or `2h5m`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole}s`;
  return minutes < 60
    ? `${minutes}m${String(whole % 60).padStart(2, "0")}s`
    : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
