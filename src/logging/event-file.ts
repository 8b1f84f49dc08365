import { readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describeDiskError } from "../disk-errors-node.js";
import { AppendFile } from "./append-file.js";
import { maskedCrc32c } from "./crc32c.js";
import {
  experimentData,
  type HParams,
  type SessionStatus,
  sessionEndData,
  sessionStartData,
} from "./hparams.js";
import { ProtobufWriter } from "./protobuf-writer.js";

/** SessionLog.SessionStatus.START */
const SESSION_START = 1;
/** DataType.DT_STRING of a tensor. */
const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;

/**
 * A TensorBoard event file: TFRecord framing, Event messages, masked CRC-32C.
 *
 * Records gather in memory; `flush` appends them with one write. Of a tag TensorBoard keeps one point per step, and
 * steps must rise. Field numbers: tensorboard/compat/proto/{event,summary,tensor}.proto.
 */
export class EventFileWriter {
  readonly #file: AppendFile;
  readonly #clock: () => number;

  /**
   * sessionStartStep: when a run is resumed, the first step that it may log; of earlier files TensorBoard drops the
   * points from there on. clock: seconds since 1970.
   */
  constructor(directory: string, options: { clock?: () => number; sessionStartStep?: number } = {}) {
    this.#clock = options.clock ?? (() => Date.now() / 1000);
    this.#file = createEventFile(directory, Math.floor(this.#clock()));
    this.#event(undefined, (event) => event.string(3, "brain.Event:2"));
    const { sessionStartStep } = options;
    if (sessionStartStep !== undefined) {
      this.#event(sessionStartStep, (event) => event.message(7, (log) => log.varint(1, SESSION_START)));
    }
  }

  scalar(tag: string, step: number, value: number): void {
    this.#summary(step, (summary) => summary.string(1, tag).float(2, value));
  }

  /** Shown as Markdown by the text plugin. */
  text(tag: string, step: number, markdown: string): void {
    this.#summary(step, (value) =>
      value
        .string(1, tag)
        .message(8, (tensor) =>
          tensor
            .varint(1, DT_STRING)
            .message(2, (shape) => shape.message(2, (dimension) => dimension.varint(1, 1)))
            .string(8, markdown),
        )
        .message(9, (metadata) =>
          metadata.message(1, (plugin) => plugin.string(1, "text")).varint(4, DATA_CLASS_TENSOR),
        ),
    );
  }

  hparams(hparams: HParams): void {
    this.#pluginSummary("_hparams_/experiment", experimentData(hparams));
    this.#pluginSummary("_hparams_/session_start_info", sessionStartData(hparams));
  }

  sessionEnd(status: SessionStatus): void {
    this.#pluginSummary("_hparams_/session_end_info", sessionEndData(status, this.#clock()));
  }

  get path(): string {
    return this.#file.path;
  }

  /** Appends what has gathered. Throws a sentence when the disk refuses. */
  flush(): void {
    this.#file.flush();
  }

  /** Flushes, and waits until the disk has it. */
  sync(): void {
    this.#file.sync();
  }

  discard(): void {
    this.#file.discard();
  }

  close(): void {
    this.#file.close();
  }

  #pluginSummary(tag: string, content: Uint8Array): void {
    this.#summary(0, (value) =>
      value
        .string(1, tag)
        .message(9, (metadata) =>
          metadata.message(1, (plugin) => plugin.string(1, "hparams").bytes(2, content)),
        ),
    );
  }

  #summary(step: number, writeValue: (value: ProtobufWriter) => void): void {
    this.#event(step, (event) => event.message(5, (summary) => summary.message(1, writeValue)));
  }

  #event(step: number | undefined, write: (event: ProtobufWriter) => void): void {
    const event = new ProtobufWriter().double(1, this.#clock());
    if (step !== undefined) event.varint(2, step);
    write(event);
    this.#file.append(frame(event.finish()));
  }
}

/** One TFRecord: length, its checksum, the bytes, theirs. */
function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/**
 * Makes `events.out.tfevents.<seconds>.<host>.<pid>.<n>`, with the first n that is free. TensorBoard reads the files of a run in
 * the order of their names: one that follows another within a second, or after the clock was set back, takes a later second.
 */
function createEventFile(directory: string, now: number): AppendFile {
  const earlier = describeDiskError(directory, () => readdirSync(directory))
    .map((name) => Number(/^events\.out\.tfevents\.(\d{10})\./.exec(name)?.[1] ?? -1))
    .reduce((latest, seconds) => Math.max(latest, seconds), -1);
  const seconds = String(Math.max(now, earlier + 1)).padStart(10, "0");
  const stem = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`;
  for (let n = 0; ; n++) {
    const path = join(directory, `${stem}.${n}`);
    try {
      return new AppendFile(path, "ax");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      return describeDiskError(path, () => {
        throw error;
      });
    }
  }
}
