import { describe, expect, it } from "vitest";
import { copyOf, firstDifference, sameBits } from "../../envs/checker/same-bits.js";

describe("sameBits", () => {
  it("tells 0 from -0, and calls NaN the same", () => {
    expect(sameBits(Float64Array.of(0), Float64Array.of(-0))).toBe(false);
    expect(sameBits({ x: [Number.NaN] }, { x: [Number.NaN] })).toBe(true);
  });

  it("tells kinds of arrays apart, not the order of keys", () => {
    expect(sameBits(Float64Array.of(1), Float32Array.of(1))).toBe(false);
    expect(sameBits([1], Float64Array.of(1))).toBe(false);
    expect(sameBits({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(sameBits({ a: 1 }, { a: 1, b: undefined })).toBe(false);
    expect(sameBits(new Map([["a", 1]]), new Map([["a", 2]]))).toBe(false);
  });
});

describe("firstDifference", () => {
  it.each([
    [{ x: { y: [1, 2] } }, { x: { y: [1, 3] } }, ".x.y[1]: 2, then 3"],
    [Float64Array.of(0), Float64Array.of(-0), "[0]: 0, then -0"],
    [[1, 2], [1], "Array(2), then Array(1)"],
    [{ a: 1 }, { b: 1 }, "key a, then b"],
    [1, "1", '1, then "1"'],
    [null, { a: 1 }, "null, then [object Object]"],
  ])("of %j and %j", (a, b, found) => expect(firstDifference(a, b)).toBe(found));
});

describe("copyOf", () => {
  it("is out of reach of later changes, and keeps the kinds", () => {
    const value = { array: Float32Array.of(1), deep: [{ x: 1 }], map: new Map([["a", [1]]]), run: () => 1 };
    const copy = copyOf(value);
    value.array[0] = 2;
    value.deep[0]!.x = 2;
    value.map.get("a")![0] = 2;
    expect(copy).toEqual({
      array: Float32Array.of(1),
      deep: [{ x: 1 }],
      map: new Map([["a", [1]]]),
      run: value.run,
    });
  });

  it("of a view takes its own part of the memory", () => {
    const memory = new Float64Array(1000);
    expect(copyOf(memory.subarray(2, 4)).buffer.byteLength).toBe(16);
  });
});
