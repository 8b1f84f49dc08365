import { RlAdanError } from "../errors.js";
import { maskedCrc32c } from "../logging/crc32c.js";
import { ProtobufReader } from "./protobuf-reader.js";

/** SessionLog.SessionStatus.START */
const SESSION_START = 1;
const DT_FLOAT = 1;
const DT_DOUBLE = 2;
/** Length and its checksum before the data, the data's checksum behind. */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;

/** What a file says, in its order. Times are seconds since 1970. */
export interface EventVisitor {
  /** Before what the event holds. */
  event(step: number, wallTime: number): void;
  /** A run goes on: what earlier events hold from this step on no longer counts. */
  sessionStart(step: number): void;
  scalar(tag: string, step: number, value: number): void;
  text(tag: string, text: string): void;
}

/**
 * How a file ends. cut: within a record, as a kill or a full disk leaves it. damaged: a checksum or a message is wrong, so
 * that nothing behind can be trusted. byte: where that record begins.
 */
export type FileEnd =
  | { readonly kind: "whole" }
  | { readonly kind: "cut" | "damaged"; readonly byte: number };

/**
 * Reads a TensorBoard event file (TFRecord framing, masked CRC-32C, Event messages) as far as it is whole. Scalars are
 * `simple_value`s and tensors of one float or double of the scalars plugin; images, histograms and the like are passed over.
 *
 * Field numbers: tensorboard/compat/proto/{event,summary,tensor}.proto.
 */
export function readEventFile(file: Uint8Array, visitor: EventVisitor): FileEnd {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < HEADER_BYTES) return { kind: "cut", byte: at };
    if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes.subarray(at, at + 8)))
      return { kind: "damaged", byte: at };
    const start = at + HEADER_BYTES;
    const end = start + Number(bytes.readBigUInt64LE(at));
    if (bytes.length < end + FOOTER_BYTES) return { kind: "cut", byte: at };
    if (bytes.readUInt32LE(end) !== maskedCrc32c(bytes.subarray(start, end)))
      return { kind: "damaged", byte: at };
    try {
      readEvent(new ProtobufReader(bytes, start, end), visitor);
    } catch (error) {
      if (error instanceof RlAdanError) return { kind: "damaged", byte: at };
      throw error;
    }
    at = end + FOOTER_BYTES;
  }
  return { kind: "whole" };
}

function readEvent(event: ProtobufReader, visitor: EventVisitor): void {
  let wallTime = 0;
  let step = 0;
  let summary: ProtobufReader | undefined;
  let isStart = false;
  while (event.next()) {
    if (event.field === 1) wallTime = event.double();
    else if (event.field === 2) step = event.int64();
    else if (event.field === 5) summary = event.message();
    else if (event.field === 7) isStart = sessionStatus(event.message()) === SESSION_START;
  }
  visitor.event(step, wallTime);
  if (isStart) visitor.sessionStart(step);
  while (summary?.next()) if (summary.field === 1) readValue(summary.message(), step, visitor);
}

function sessionStatus(log: ProtobufReader): number {
  let status = 0;
  while (log.next()) if (log.field === 1) status = log.int64();
  return status;
}

function readValue(value: ProtobufReader, step: number, visitor: EventVisitor): void {
  let tag = "";
  let scalar: number | undefined;
  let tensor: ProtobufReader | undefined;
  let plugin = "";
  while (value.next()) {
    if (value.field === 1) tag = value.string();
    else if (value.field === 2) scalar = value.float();
    else if (value.field === 8) tensor = value.message();
    else if (value.field === 9) plugin = pluginName(value.message());
  }
  if (scalar !== undefined) visitor.scalar(tag, step, scalar);
  if (tensor === undefined || !(plugin === "scalars" || plugin === "text")) return;
  const content = readTensor(tensor);
  if (plugin === "text" && content.text !== undefined) visitor.text(tag, content.text);
  if (plugin === "scalars" && content.number !== undefined) visitor.scalar(tag, step, content.number);
}

function pluginName(metadata: ProtobufReader): string {
  let name = "";
  while (metadata.next()) {
    if (metadata.field !== 1) continue;
    const data = metadata.message();
    while (data.next()) if (data.field === 1) name = data.string();
  }
  return name;
}

/** The first number or text of a tensor, undefined where it has none. */
function readTensor(tensor: ProtobufReader): { readonly number?: number; readonly text?: string } {
  let type = 0;
  let number: number | undefined;
  let text: string | undefined;
  let raw: Buffer | undefined;
  while (tensor.next()) {
    if (tensor.field === 1) type = tensor.int64();
    else if (tensor.field === 4) raw = tensor.bytes();
    // Repeated numbers are packed.
    else if (tensor.field === 5) number ??= firstFloat(tensor.bytes());
    else if (tensor.field === 6) number ??= firstDouble(tensor.bytes());
    else if (tensor.field === 8) text ??= tensor.string();
  }
  if (raw !== undefined && type === DT_FLOAT) number ??= firstFloat(raw);
  if (raw !== undefined && type === DT_DOUBLE) number ??= firstDouble(raw);
  return { ...(number === undefined ? {} : { number }), ...(text === undefined ? {} : { text }) };
}

function firstFloat(bytes: Buffer): number | undefined {
  return bytes.length < 4 ? undefined : bytes.readFloatLE(0);
}

function firstDouble(bytes: Buffer): number | undefined {
  return bytes.length < 8 ? undefined : bytes.readDoubleLE(0);
}
