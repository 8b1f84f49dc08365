const encoder = new TextEncoder();
const INITIAL_BYTES = 256;

/** Writes the protobuf wire format: fields in call order, no schema. */
export class ProtobufWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  /** A whole number of at least 0, up to 2^53 - 1; also for enums and booleans. */
  varint(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#varint(field * 8 + 1);
    const at = this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(at, value, true);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    const at = this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(at, value, true);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** A nested message. */
  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const nested = new ProtobufWriter();
    write(nested);
    return this.bytes(field, nested.finish());
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#byte((rest % 128) + 128);
    this.#byte(rest);
  }

  #byte(value: number): void {
    // First reserve, then look the array up: reserving may replace it.
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return at;
  }
}
