import fc from "fast-check";
import { expect, it } from "vitest";
import { multiplyHigh, philox4x32 } from "../../src/random/philox.js";

/** Random123's kat_vectors for philox4x32-10: counter, key, output. */
const KNOWN_ANSWERS = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    output: ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    output: ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    output: ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
  },
] as const;

it.each(KNOWN_ANSWERS)(
  "Philox-4x32-10 gives the known answer for counter $counter",
  ({ counter, key, output }) => {
    const words = new Uint32Array(4);
    philox4x32(key[0], key[1], counter[0], counter[1], counter[2], counter[3], words);
    expect([...words].map((word) => word.toString(16).padStart(8, "0"))).toEqual(output);
  },
);

it("the upper half of a product equals the one of whole numbers", () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
    }),
  );
});
