import type { TypedArray } from "../../envs/api/state.js";
import { RlAdanError } from "../errors.js";

/** A header names up to a dozen tensors for each of up to 4,096 environments; a longer one is not ours, and would be parsed at once. */
const MAX_HEADER_BYTES = 16 << 20;
const MAX_TENSORS = 100_000;
/** The format asks for no alignment; ours starts tensors on 8 bytes, so that they can be viewed in place. */
const ALIGNMENT_BYTES = 8;

const DTYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;

type DtypeName = keyof typeof DTYPES;

/**
 * Tensors as a safetensors file (github.com/huggingface/safetensors): 8-byte header length, JSON header, data. One
 * dimension each, wide elements first, then in the order of their names, so that equal tensors give equal bytes. The
 * names "__metadata__" (the format's own) and "__proto__" (an object's) can't be used.
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, TypedArray>): Uint8Array {
  const header: Record<string, { dtype: DtypeName; shape: number[]; data_offsets: [number, number] }> = {};
  const names = [...tensors.keys()].sort();
  // Wide elements first keeps every tensor aligned without gaps, which the format forbids.
  const placed = [...names].sort(
    (a, b) => bytesPerElement(tensors.get(b)!) - bytesPerElement(tensors.get(a)!),
  );
  let end = 0;
  for (const name of placed) {
    const tensor = tensors.get(name)!;
    header[name] = {
      dtype: dtypeOf(tensor),
      shape: [tensor.length],
      data_offsets: [end, end + tensor.byteLength],
    };
    end += tensor.byteLength;
  }
  let text = JSON.stringify(header);
  text += " ".repeat((ALIGNMENT_BYTES - ((8 + Buffer.byteLength(text)) % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES);
  const start = 8 + Buffer.byteLength(text);
  const file = new Uint8Array(start + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(Buffer.from(text), 8);
  for (const name of placed) {
    const tensor = tensors.get(name)!;
    file.set(bytesOf(tensor), start + header[name]!.data_offsets[0]);
  }
  return file;
}

/**
 * Reads a safetensors file. Untrusted: every size is checked before it is used.
 *
 * Throws RlAdanError naming what is wrong.
 */
export function decodeSafetensors(file: Uint8Array): Map<string, TypedArray> {
  if (file.length < 8) throw broken(`it has ${file.length} bytes, too few for a header`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES)
    throw broken(`its header of ${headerBytes} bytes exceeds ${MAX_HEADER_BYTES}`);
  if (8 + headerBytes > file.length) throw broken(`its header of ${headerBytes} bytes runs past the end`);
  const header = parseHeader(file.subarray(8, 8 + headerBytes));
  const data = file.subarray(8 + headerBytes);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  if (entries.length > MAX_TENSORS)
    throw broken(`it names ${entries.length} tensors, at most ${MAX_TENSORS} are read`);
  const places = entries
    .map(([name, entry]) => readPlace(name, entry))
    // An empty tensor lies before the one that starts where it does.
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const place of places) {
    if (place.start !== end)
      throw broken(`tensor "${place.name}" starts at byte ${place.start}, not at ${end}`);
    end = place.end;
  }
  if (end !== data.length) throw broken(`its tensors end at byte ${end}, its data at ${data.length}`);
  return new Map(
    places.map(
      ({ name, dtype, start, end }) =>
        [name, new DTYPES[dtype](new Uint8Array(data.subarray(start, end)).buffer)] as const,
    ),
  );
}

interface Place {
  readonly name: string;
  readonly dtype: DtypeName;
  readonly start: number;
  readonly end: number;
}

function readPlace(name: string, entry: unknown): Place {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw broken(
      `tensor "${name}" has dtype ${JSON.stringify(dtype)}; read are ${Object.keys(DTYPES).join(", ")}`,
    );
  }
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount)) throw broken(`tensor "${name}" has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw broken(`tensor "${name}" has no valid data_offsets`);
  }
  const [start, end] = offsets as [number, number];
  const width = DTYPES[dtype as DtypeName].BYTES_PER_ELEMENT;
  const bytes = shape.reduce((product, length) => product * length, width);
  if (end - start !== bytes)
    throw broken(`tensor "${name}" has ${end - start} bytes, its shape asks for ${bytes}`);
  return { name, dtype: dtype as DtypeName, start, end };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) {
      return header as Record<string, unknown>;
    }
  } catch {
    // Falls through to the sentence.
  }
  throw broken("its header is not a JSON object");
}

function dtypeOf(tensor: TypedArray): DtypeName {
  const found = (Object.keys(DTYPES) as DtypeName[]).find((name) => tensor instanceof DTYPES[name]);
  return found!;
}

function bytesPerElement(tensor: TypedArray): number {
  return tensor.BYTES_PER_ELEMENT;
}

function bytesOf(tensor: TypedArray): Uint8Array {
  return new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
}

function broken(what: string): RlAdanError {
  return new RlAdanError("safetensors", `This is not a whole safetensors file: ${what}.`);
}
