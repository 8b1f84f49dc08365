import { ProtobufWriter } from "./protobuf-writer.js";

export type HParamValue = string | number | boolean;

/** A run as TensorBoard's HParams plugin shows it. */
export interface HParams {
  readonly hparams: Readonly<Record<string, HParamValue>>;
  /** Scalar tags whose last values stand beside the hyper-parameters. */
  readonly metrics: readonly string[];
  /** Runs of one group are shown as one row: the seeds of a configuration. */
  readonly groupName: string;
  readonly startedAtSeconds: number;
}

const PLUGIN_VERSION = 0;
/** google.protobuf.Value's field numbers. */
const VALUE_NUMBER = 2;
const VALUE_STRING = 3;
const VALUE_BOOLEAN = 4;
/** hparams DataType. */
const TYPE_STRING = 1;
const TYPE_BOOLEAN = 2;
const TYPE_NUMBER = 3;
const STATUS = { unknown: 0, success: 1, failure: 2 } as const;

export type SessionStatus = keyof typeof STATUS;

/** HParamsPluginData for `_hparams_/experiment`: which hyper-parameters and metrics there are. */
export function experimentData({ hparams, metrics, startedAtSeconds }: HParams): Uint8Array {
  return pluginData(2, (experiment) => {
    experiment.double(3, startedAtSeconds);
    for (const [name, value] of Object.entries(hparams)) {
      experiment.message(4, (info) => info.string(1, name).varint(4, dataType(value)));
    }
    for (const tag of metrics) {
      experiment.message(5, (info) => info.message(1, (metric) => metric.string(2, tag)));
    }
  });
}

/** HParamsPluginData for `_hparams_/session_start_info`: this run's values and its group. */
export function sessionStartData({ hparams, groupName, startedAtSeconds }: HParams): Uint8Array {
  return pluginData(3, (session) => {
    for (const [name, value] of Object.entries(hparams)) {
      session.message(1, (entry) => entry.string(1, name).message(2, (writer) => writeValue(writer, value)));
    }
    session.string(4, groupName).double(5, startedAtSeconds);
  });
}

/** HParamsPluginData for `_hparams_/session_end_info`. */
export function sessionEndData(status: SessionStatus, endedAtSeconds: number): Uint8Array {
  return pluginData(4, (session) => session.varint(1, STATUS[status]).double(2, endedAtSeconds));
}

function pluginData(field: number, write: (writer: ProtobufWriter) => void): Uint8Array {
  return new ProtobufWriter().varint(1, PLUGIN_VERSION).message(field, write).finish();
}

function dataType(value: HParamValue): number {
  if (typeof value === "string") return TYPE_STRING;
  return typeof value === "boolean" ? TYPE_BOOLEAN : TYPE_NUMBER;
}

function writeValue(writer: ProtobufWriter, value: HParamValue): void {
  if (typeof value === "string") writer.string(VALUE_STRING, value);
  else if (typeof value === "boolean") writer.varint(VALUE_BOOLEAN, value ? 1 : 0);
  else writer.double(VALUE_NUMBER, value);
}
