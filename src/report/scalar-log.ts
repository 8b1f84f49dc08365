import type { EventVisitor } from "./event-file.js";

/** The points of one tag of a run, in rising order of steps; those of one step in the order they were logged. */
export interface Scalars {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** Since the run began to log, without the pauses between its sessions. */
  readonly seconds: Float64Array;
}

/** The year 5138: a later time is none. */
const MAX_WALL_TIME_SECONDS = 1e11;

interface Points {
  steps: number[];
  values: number[];
  seconds: number[];
}

/** A run's points as its event files tell them, one file after the other: `beginFile`, then what the file says. */
export class ScalarLog implements EventVisitor {
  readonly texts = new Map<string, string>();
  readonly notes: string[] = [];
  readonly #tags: ReadonlySet<string> | undefined;
  #byTag = new Map<string, Points>();
  #seconds = 0;
  /** Time of the file's first event, and the seconds then. */
  #fileStart: number | undefined;
  #secondsBefore = 0;
  #files = 0;
  #lastStep = Number.NEGATIVE_INFINITY;
  #isSessionOpen = true;

  /** tags: which are kept; all unless given. */
  constructor(tags?: readonly string[]) {
    this.#tags = tags === undefined ? undefined : new Set(tags);
  }

  /** Of any tag; 0 before the first. */
  get lastStep(): number {
    return Math.max(0, this.#lastStep);
  }

  /** As of the last point. */
  get seconds(): number {
    return this.#seconds;
  }

  beginFile(): void {
    this.#files += 1;
    this.#fileStart = undefined;
    this.#secondsBefore = this.#seconds;
    this.#isSessionOpen = this.#files === 1;
  }

  event(_step: number, wallTime: number): void {
    if (!(wallTime >= 0 && wallTime < MAX_WALL_TIME_SECONDS)) return;
    this.#fileStart ??= wallTime;
    // A clock that was set back adds nothing.
    this.#seconds = Math.max(this.#seconds, this.#secondsBefore + wallTime - this.#fileStart);
  }

  /** As TensorBoard: of every tag, what was logged from that step on is dropped. */
  sessionStart(step: number): void {
    this.#isSessionOpen = true;
    for (const points of this.#byTag.values()) {
      if (points.steps.every((logged) => logged < step)) continue;
      const kept = points.steps.map((logged) => logged < step);
      points.steps = points.steps.filter((_, i) => kept[i]);
      points.values = points.values.filter((_, i) => kept[i]);
      points.seconds = points.seconds.filter((_, i) => kept[i]);
    }
    this.#lastStep = Math.min(this.#lastStep, step);
  }

  scalar(tag: string, step: number, value: number): void {
    if (!this.#isSessionOpen && step < this.#lastStep) {
      this.notes.push(
        "a later event file goes back in steps without beginning a session: two runs may have logged into one folder",
      );
      this.#isSessionOpen = true;
    }
    this.#lastStep = Math.max(this.#lastStep, step);
    if (this.#tags?.has(tag) === false) return;
    const points = this.#byTag.get(tag) ?? { steps: [], values: [], seconds: [] };
    this.#byTag.set(tag, points);
    points.steps.push(step);
    points.values.push(value);
    points.seconds.push(this.#seconds);
  }

  text(tag: string, text: string): void {
    this.texts.set(tag, text);
  }

  /** Every tag that has a point left. */
  finish(): Map<string, Scalars> {
    const tags = [...this.#byTag].filter(([, { steps }]) => steps.length > 0);
    return new Map(tags.map(([tag, points]) => [tag, sorted(points)]));
  }
}

function sorted({ steps, values, seconds }: Points): Scalars {
  if (steps.every((step, i) => i === 0 || step >= steps[i - 1]!)) {
    return {
      steps: Float64Array.from(steps),
      values: Float64Array.from(values),
      seconds: Float64Array.from(seconds),
    };
  }
  const order = steps.map((_, i) => i).sort((a, b) => steps[a]! - steps[b]! || a - b);
  return {
    steps: Float64Array.from(order, (i) => steps[i]!),
    values: Float64Array.from(order, (i) => values[i]!),
    seconds: Float64Array.from(order, (i) => seconds[i]!),
  };
}
