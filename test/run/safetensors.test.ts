import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TypedArray } from "../../envs/api/state.js";
import { RlAdanError } from "../../src/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/run/safetensors.js";

/** A file from a header object and its data. */
function file(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

const tensor = fc.oneof(
  fc.float32Array({ maxLength: 9 }),
  fc.float64Array({ maxLength: 9 }),
  fc.int32Array({ maxLength: 9 }),
  fc.uint32Array({ maxLength: 9 }),
  fc.uint8Array({ maxLength: 9 }),
) as fc.Arbitrary<TypedArray>;

describe("safetensors", () => {
  it("gives back any tensors, bit for bit, in a file of aligned data", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor), (entries) => {
        const tensors = new Map(
          Object.entries(entries).filter(([name]) => name !== "__metadata__" && name !== "__proto__"),
        );
        const bytes = encodeSafetensors(tensors);
        const read = decodeSafetensors(bytes);
        expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, values] of tensors) {
          expect(read.get(name)!.constructor).toBe(values.constructor);
          expect(Buffer.from(read.get(name)!.buffer)).toEqual(
            Buffer.from(values.buffer, values.byteOffset, values.byteLength),
          );
        }
        expect((8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))) % 8).toBe(0);
      }),
    );
  });

  it("has the layout of the format, in the order of names where widths are equal", () => {
    const bytes = encodeSafetensors(
      new Map<string, TypedArray>([
        ["b", Float32Array.of(1)],
        ["a", Float32Array.of(2)],
        ["c", Float64Array.of(3)],
      ]),
    );
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)))).toEqual({
      c: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
      a: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
      b: { dtype: "F32", shape: [1], data_offsets: [12, 16] },
    });
  });

  it("takes an empty tensor where another one starts, whichever the header names first", () => {
    const entry = (end: number) => ({ dtype: "U8", shape: [end], data_offsets: [0, end] });
    for (const header of [
      { full: entry(1), empty: entry(0) },
      { empty: entry(0), full: entry(1) },
    ]) {
      const read = decodeSafetensors(file(header, Uint8Array.of(7)));
      expect(Object.fromEntries(read)).toEqual({ full: Uint8Array.of(7), empty: new Uint8Array(0) });
    }
  });

  it("reads what 4,096 environments of a dozen tensors write", () => {
    const tensors = new Map<string, TypedArray>();
    for (let env = 0; env < 4096; env++) {
      for (let part = 0; part < 12; part++) {
        tensors.set(
          `agent/envs/${env}/environment/inner/inner/simulation/part-${part}`,
          Float64Array.of(env),
        );
      }
    }
    const read = decodeSafetensors(encodeSafetensors(tensors));
    expect(read.get("agent/envs/4095/environment/inner/inner/simulation/part-11")).toEqual(
      Float64Array.of(4095),
    );
    expect(read.size).toBe(4096 * 12);
  });

  const place = (dtype: string, shape: unknown, offsets: unknown) => ({
    x: { dtype, shape, data_offsets: offsets },
  });
  it.each([
    ["too short", new Uint8Array(3), "it has 3 bytes, too few for a header"],
    ["a huge header", Buffer.from("ffffffffffffff7f", "hex"), "exceeds 16777216"],
    [
      "a header past the end",
      Buffer.from("1000000000000000", "hex"),
      "its header of 16 bytes runs past the end",
    ],
    ["no JSON", file("{"), "its header is not a JSON object"],
    ["a list", file([1]), "its header is not a JSON object"],
    [
      "an unknown dtype",
      file(place("BF16", [0], [0, 0])),
      'has dtype "BF16"; read are F32, F64, I32, U32, U8',
    ],
    ["a negative length", file(place("U8", [-1], [0, 0])), "has no valid shape"],
    ["offsets that are none", file(place("U8", [1], [0])), "has no valid data_offsets"],
    [
      "a size that differs",
      file(place("F32", [2], [0, 4]), new Uint8Array(4)),
      "has 4 bytes, its shape asks for 8",
    ],
    ["a gap", file(place("U8", [1], [1, 2]), new Uint8Array(2)), 'tensor "x" starts at byte 1, not at 0'],
    [
      "data left over",
      file(place("U8", [1], [0, 1]), new Uint8Array(2)),
      "its tensors end at byte 1, its data at 2",
    ],
  ])("refuses %s in a sentence", (_what, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it("never fails in another way, whatever the bytes", () => {
    const good = encodeSafetensors(new Map([["parameters", Float32Array.of(1, 2, 3)]]));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(good.length),
        (at, byte, length) => {
          const bytes = good.slice(0, length);
          if (at < bytes.length) bytes[at] = byte;
          try {
            decodeSafetensors(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(RlAdanError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
