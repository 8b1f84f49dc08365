import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { IterationProgress } from "../logging/progress.js";

const PROGRAM = fileURLToPath(new URL("../cli/main.js", import.meta.url));
/** Of what a run wrote on stderr, the end is kept. */
const MAX_ERROR_CHARACTERS = 4000;
const ITERATION = '{"event":"iteration"';

export interface RunEnd {
  /** null when a signal ended it, or it could not be started. */
  readonly code: number | null;
  /** What it said at last, or what ended it. */
  readonly message: string;
}

/**
 * `rl-adan` with some arguments, in a process of its own. It stops with a checkpoint when asked to, and also when this process
 * is gone: a channel joins the two, whose end it takes for Ctrl-C. It has a process group of its own, since a terminal sends
 * Ctrl-C to the whole group, and a run takes a second one for "at once".
 */
export class RunProcess {
  readonly #child: ChildProcess;
  readonly end: Promise<RunEnd>;
  #progress: IterationProgress | null = null;

  constructor(argv: readonly string[]) {
    this.#child = fork(PROGRAM, [...argv, "--json"], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: process.platform !== "win32",
    });
    this.end = this.#watch();
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get progress(): IterationProgress | null {
    return this.#progress;
  }

  /** With a checkpoint, after the iteration in hand. */
  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #watch(): Promise<RunEnd> {
    const child = this.#child;
    createInterface({ input: child.stdout! }).on("line", (line) => {
      this.#progress = progressOf(line) ?? this.#progress;
    });
    let errors = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-MAX_ERROR_CHARACTERS);
    });
    // Node tells no "close" of a child whose channel this side has closed.
    const closed = [child.stdout!, child.stderr!].map((stream) => once(stream, "close"));
    return new Promise((resolve) => {
      child.on("error", (error) => resolve({ code: null, message: error.message }));
      child.on("exit", async (code, signal) => {
        await Promise.all(closed);
        // Libraries may have warned before.
        const said = errors
          .trim()
          .split(/^error: /m)
          .at(-1)!;
        const how = signal === null ? `It ended with exit code ${code}.` : `It was ended by ${signal}.`;
        resolve({ code, message: said === "" ? how : said });
      });
    });
  }
}

/** Of a line of our own; a user's environment may write others, which look like it or not. */
function progressOf(line: string): IterationProgress | undefined {
  if (!line.startsWith(ITERATION)) return undefined;
  try {
    const progress = JSON.parse(line) as Partial<IterationProgress>;
    const needed = [progress.step, progress.totalTimesteps, progress.stepsPerSecond, progress.secondsLeft];
    return needed.every(Number.isFinite) ? (progress as IterationProgress) : undefined;
  } catch {
    return undefined;
  }
}
