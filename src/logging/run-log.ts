import { EventFileWriter } from "./event-file.js";
import type { HParamValue, SessionStatus } from "./hparams.js";
import { MetricsFile } from "./metrics-file.js";

/** The numbers of an iteration, as they go to the event file and to metrics.jsonl alike. */
export interface LoggedIteration {
  readonly iteration: number;
  readonly step: number;
  readonly episodes: readonly {
    readonly step: number;
    readonly episodeReturn: number;
    readonly length: number;
  }[];
  readonly scalars: Readonly<Record<string, number>>;
}

/** Tags that the HParams table shows beside the hyper-parameters. */
const HPARAM_METRICS = ["rollout/ep_rew_mean", "eval/mean_reward", "charts/SPS"];

/** Everything a run logs, in both of its files. Flushed by the caller once an iteration. */
export class RunLog {
  readonly #events: EventFileWriter;
  readonly #metrics: MetricsFile;

  /**
   * resumed: the step that the run goes on from (0: its beginning), and the length that metrics.jsonl had then. What the event files
   * hold of that step may lack its end, or have more than the checkpoint knows (its evaluation): it is pre-empted, and
   * logged again from metrics.jsonl.
   */
  constructor(
    directory: string,
    metricsPath: string,
    resumed?: { readonly step: number; readonly metricsBytes: number },
  ) {
    this.#metrics = new MetricsFile(
      metricsPath,
      resumed === undefined ? {} : { truncateTo: resumed.metricsBytes },
    );
    this.#events = new EventFileWriter(
      directory,
      resumed === undefined ? {} : { sessionStartStep: resumed.step },
    );
    if (resumed === undefined) return;
    for (const { step, iteration: _, ...scalars } of this.#metrics.recordsOfLastStep(resumed.step)) {
      // Null stands for what JSON can't say.
      for (const [tag, value] of Object.entries(scalars)) this.#events.scalar(tag, step, value ?? Number.NaN);
    }
  }

  /** The resolved configuration: a Markdown table for people, HParams for comparing runs. Seeds share a group. */
  configuration(config: Readonly<Record<string, unknown>>, groupName: string): void {
    const entries = Object.entries(config);
    const rows = entries.map(([key, value]) => `|${key}|${cell(value)}|`);
    this.#events.text("hyperparameters", 0, ["|key|value|", "|-|-|", ...rows].join("\n"));
    this.#events.hparams({
      hparams: Object.fromEntries(entries.map(([key, value]) => [key, hparam(value)])),
      metrics: HPARAM_METRICS,
      groupName,
      startedAtSeconds: Date.now() / 1000,
    });
  }

  iteration({ iteration, step, episodes, scalars }: LoggedIteration): void {
    for (const episode of episodes) {
      this.#events.scalar("charts/episodic_return", episode.step, episode.episodeReturn);
      this.#events.scalar("charts/episodic_length", episode.step, episode.length);
      this.#metrics.write({
        step: episode.step,
        "charts/episodic_return": episode.episodeReturn,
        "charts/episodic_length": episode.length,
      });
    }
    this.scalars(step, scalars, { iteration });
  }

  /** Scalars at a step; `extra` goes to metrics.jsonl only. */
  scalars(
    step: number,
    scalars: Readonly<Record<string, number>>,
    extra: Readonly<Record<string, unknown>> = {},
  ): void {
    for (const [tag, value] of Object.entries(scalars)) this.#events.scalar(tag, step, value);
    this.#metrics.write({ step, ...extra, ...scalars });
  }

  /** Shown by the text plugin at a step. */
  text(tag: string, step: number, text: string): void {
    this.#events.text(tag, step, text);
  }

  flush(): void {
    this.#events.flush();
    this.#metrics.flush();
  }

  /** Flushes, and waits until the disk has what a checkpoint relies on. */
  sync(): void {
    this.#events.sync();
    this.#metrics.sync();
  }

  /** Bytes of metrics.jsonl after the last flush. */
  get metricsBytes(): number {
    return this.#metrics.length;
  }

  /** Ends without writing what has gathered: the files are another process's by now. */
  discard(): void {
    this.#events.discard();
    this.#metrics.discard();
  }

  /** "unknown", of a run that may be resumed, writes no end: of several TensorBoard heeds the first. */
  close(status: SessionStatus): void {
    if (status !== "unknown") this.#events.sessionEnd(status);
    try {
      this.#events.close();
    } finally {
      this.#metrics.close();
    }
  }
}

/** A longer text (a user's whole model among the options) is cut; the run's config.yaml has it. */
const MAX_HPARAM_CHARACTERS = 1000;

function hparam(value: unknown): HParamValue {
  if (typeof value === "number" || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_HPARAM_CHARACTERS ? `${text.slice(0, MAX_HPARAM_CHARACTERS)}…` : text;
}

function cell(value: unknown): string {
  return String(hparam(value))
    .replaceAll("|", "\\|")
    .replace(/\s*\n\s*/g, " ");
}
