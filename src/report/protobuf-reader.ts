import { RlAdanError } from "../errors.js";

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_DELIMITED = 2;
const FOUR_BYTES = 5;
/** Of 64 bits, seven a byte. */
const MAX_VARINT_BYTES = 10;
const SIGN_BIT = 0x8000_0000_0000_0000;

/**
 * Reads the fields of one protobuf message in the order of its bytes, without a schema: `next`, then the reading that the
 * field's number asks for; a field that is not read is skipped.
 *
 * Throws RlAdanError where the bytes are no message, or a field is of another wire type than it is read as.
 */
export class ProtobufReader {
  /** Number of the current field. */
  field = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #wire = VARINT;
  #isRead = true;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes on to the next field; false at the end of the message. */
  next(): boolean {
    if (!this.#isRead) this.#skip();
    if (this.#at === this.#end) return false;
    const key = this.#varint();
    this.field = Math.floor(key / 8);
    this.#wire = key % 8;
    this.#isRead = false;
    return true;
  }

  /** A signed 64-bit number; beyond 2^53 the nearest that a number can be. */
  int64(): number {
    this.#expect(VARINT);
    return this.#varint();
  }

  float(): number {
    this.#expect(FOUR_BYTES);
    return this.#bytes.readFloatLE(this.#take(4));
  }

  double(): number {
    this.#expect(EIGHT_BYTES);
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  string(): string {
    const start = this.#delimited();
    return this.#bytes.toString("utf8", start, this.#at);
  }

  bytes(): Buffer {
    const start = this.#delimited();
    return this.#bytes.subarray(start, this.#at);
  }

  message(): ProtobufReader {
    const start = this.#delimited();
    return new ProtobufReader(this.#bytes, start, this.#at);
  }

  #delimited(): number {
    this.#expect(LENGTH_DELIMITED);
    return this.#take(this.#varint());
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw malformed(`field ${this.field} has wire type ${this.#wire}, not ${wire}`);
    this.#isRead = true;
  }

  #skip(): void {
    if (this.#wire === VARINT) this.#varint();
    else if (this.#wire === EIGHT_BYTES) this.#take(8);
    else if (this.#wire === LENGTH_DELIMITED) this.#take(this.#varint());
    else if (this.#wire === FOUR_BYTES) this.#take(4);
    else throw malformed(`field ${this.field} has wire type ${this.#wire}`);
  }

  /** Where the next bytes begin, which are then behind. */
  #take(count: number): number {
    if (!(count >= 0 && count <= this.#end - this.#at)) throw malformed("a field is longer than its message");
    const start = this.#at;
    this.#at += count;
    return start;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) return value < SIGN_BIT ? value : this.#negative(i + 1);
    }
    throw malformed("a number has more than 64 bits");
  }

  /** The two's complement of the last `count` bytes, exactly. */
  #negative(count: number): number {
    let value = 0n;
    for (let i = 0; i < count; i++)
      value |= BigInt(this.#bytes[this.#at - count + i]! & 127) << BigInt(7 * i);
    return Number(BigInt.asIntN(64, value));
  }
}

function malformed(what: string): RlAdanError {
  return new RlAdanError("protobuf", `It is no protobuf message: ${what}.`);
}
