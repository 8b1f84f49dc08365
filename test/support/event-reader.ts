import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";

// An independent decoder of event files: protobufjs with TensorBoard's message definitions, as far as they are used,
// and a bitwise CRC that shares nothing with the writer's table.

const SCHEMA = `
syntax = "proto3";
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
message SessionLog { int32 status = 1; }
message Summary { repeated Value value = 1; message Value { string tag = 1; Metadata metadata = 9; oneof value { float simple_value = 2; Tensor tensor = 8; } } }
message Tensor { int32 dtype = 1; Shape tensor_shape = 2; repeated bytes string_val = 8; }
message Shape { repeated Dim dim = 2; message Dim { int64 size = 1; } }
message Metadata { PluginData plugin_data = 1; int32 data_class = 4; message PluginData { string plugin_name = 1; bytes content = 2; } }
message HParamsPluginData { int32 version = 1; Experiment experiment = 2; SessionStart session_start_info = 3; SessionEnd session_end_info = 4; }
message Experiment { double time_created_secs = 3; repeated HParamInfo hparam_infos = 4; repeated MetricInfo metric_infos = 5; }
message HParamInfo { string name = 1; int32 type = 4; }
message MetricInfo { MetricName name = 1; message MetricName { string group = 1; string tag = 2; } }
message SessionStart { map<string, Any> hparams = 1; string group_name = 4; double start_time_secs = 5; }
message Any { oneof kind { int32 null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4; } }
message SessionEnd { int32 status = 1; double end_time_secs = 2; }
`;
const { root } = protobuf.parse(SCHEMA, { keepCase: true });

export interface DecodedEvent {
  wall_time: number;
  step: number;
  file_version?: string;
  session_log?: { status: number };
  summary?: {
    value: {
      tag: string;
      simple_value?: number;
      tensor?: { dtype: number; string_val: Uint8Array[] };
      metadata?: { plugin_data: { plugin_name: string; content: Uint8Array }; data_class?: number };
    }[];
  };
}

/**
 * Reads an event file; throws where a length or a checksum does not fit. isTornAllowed: what is too short for a record ends
 * the file, as TensorBoard has it (it waits for the rest, and reads the next file meanwhile).
 */
export function readEvents(path: string, { isTornAllowed = false } = {}): DecodedEvent[] {
  const bytes = readFileSync(path);
  const type = root.lookupType("Event");
  const events: DecodedEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const isTorn = bytes.length < at + 12 || bytes.length < at + 16 + Number(bytes.readBigUInt64LE(at));
    if (isTorn && isTornAllowed) break;
    const length = Number(bytes.readBigUInt64LE(at));
    expectChecksum(bytes.subarray(at, at + 8), bytes.readUInt32LE(at + 8), "length");
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (data.length !== length) throw new Error(`record at ${at} is cut off`);
    expectChecksum(data, bytes.readUInt32LE(at + 12 + length), "data");
    events.push(type.toObject(type.decode(data), { longs: Number }) as DecodedEvent);
    at += 16 + length;
  }
  return events;
}

/**
 * Every scalar of a run that TensorBoard would show, but for speeds: "step tag value", in the order of the files' names. The start of a
 * session pre-empts what earlier ones logged from its step on.
 */
export function keptScalars(run: string): string[] {
  let points: { step: number; text: string }[] = [];
  const files = readdirSync(run).filter((name) => name.includes("tfevents"));
  for (const file of files.sort()) {
    for (const { step, summary, session_log } of readEvents(join(run, file), { isTornAllowed: true })) {
      if (session_log !== undefined) points = points.filter((point) => point.step < step);
      for (const { tag, simple_value } of summary?.value ?? []) {
        if (simple_value !== undefined && tag !== "charts/SPS")
          points.push({ step, text: `${step} ${tag} ${simple_value}` });
      }
    }
  }
  return points.map(({ text }) => text);
}

/** Decodes what the HParams plugin stores. */
export function decodeHParams(content: Uint8Array): Record<string, unknown> {
  const type = root.lookupType("HParamsPluginData");
  return type.toObject(type.decode(content), { longs: Number }) as Record<string, unknown>;
}

function expectChecksum(bytes: Uint8Array, recorded: number, what: string): void {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  const masked = Number((BigInt((crc >>> 15) | (crc << 17)) + 0xa282ead8n) & 0xffffffffn);
  if (masked !== recorded) throw new Error(`the checksum of the ${what} is ${recorded}, not ${masked}`);
}
