import { expect, it } from "vitest";
import { batchInfos } from "../../../envs/vector/index.js";

const at = (index: number, info: Record<string, unknown>) => ({ index, info });

it("numbers, flags and arrays become arrays over the sub-environments, with masks", () => {
  const infos = [
    at(0, { x: 2, up: true, q: Float32Array.of(1, 2) }),
    at(2, { x: 3, q: Float32Array.of(5, 6) }),
  ];
  expect(batchInfos(infos, 3)).toEqual({
    x: Float64Array.of(2, 0, 3),
    _x: Uint8Array.of(1, 0, 1),
    up: Uint8Array.of(1, 0, 0),
    _up: Uint8Array.of(1, 0, 0),
    q: Float32Array.of(1, 2, 0, 0, 5, 6),
    _q: Uint8Array.of(1, 0, 1),
  });
});

it("names that every object has are keys like others, but for the one that would change every object", () => {
  const infos = [at(0, { constructor: 1 }), at(1, { constructor: 2, toString: true })];
  const batched = batchInfos(infos, 2);
  expect(batched["constructor"]).toEqual(Float64Array.of(1, 2));
  expect(batched["_toString"]).toEqual(Uint8Array.of(0, 1));
  const sly = JSON.parse('{"__proto__":{"polluted":1}}') as Record<string, unknown>;
  expect(() => batchInfos([at(0, sly)], 1)).toThrow('Info "__proto__" of sub-environment 0');
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

it("anything else stands in a list, null where it is absent, and final_obs always does", () => {
  const infos = [at(1, { name: "b", list: [1], none: null, final_obs: Float64Array.of(7) })];
  expect(batchInfos(infos, 2)).toEqual({
    name: [null, "b"],
    _name: Uint8Array.of(0, 1),
    list: [null, [1]],
    _list: Uint8Array.of(0, 1),
    none: [null, null],
    _none: Uint8Array.of(0, 1),
    final_obs: [null, Float64Array.of(7)],
    _final_obs: Uint8Array.of(0, 1),
  });
});

it("objects nest, with masks at every level, also when they are empty", () => {
  const infos = [at(0, { part: {} }), at(1, { part: { x: 4 } })];
  expect(batchInfos(infos, 2)).toEqual({
    part: { x: Float64Array.of(0, 4), _x: Uint8Array.of(0, 1) },
    _part: Uint8Array.of(1, 1),
  });
});

it("a later info of the same sub-environment overwrites key by key, in the order of first appearance", () => {
  const batched = batchInfos([at(0, { b: 1, a: 1 }), at(0, { a: 2, c: 3 })], 1);
  expect(Object.keys(batched)).toEqual(["b", "_b", "a", "_a", "c", "_c"]);
  expect(batched["a"]).toEqual(Float64Array.of(2));
});

it("infos that can't stand under one key are refused with the key and the index", () => {
  expect(() => batchInfos([at(0, { x: 1 }), at(1, { x: "one" })], 2)).toThrow(
    'Info "x" of sub-environment 1 is "one", but an earlier sub-environment made it Float64Array of 1 a piece.',
  );
  expect(() => batchInfos([at(0, { q: new Float64Array(2) }), at(1, { q: new Float64Array(3) })], 2)).toThrow(
    'Info "q" of sub-environment 1 is Float64Array of 3, but an earlier sub-environment made it Float64Array of 2 a piece.',
  );
  expect(() => batchInfos([at(0, { part: {} }), at(1, { part: 1 })], 2)).toThrow(
    'Info "part" of sub-environment 1 is 1, but an earlier sub-environment made it object.',
  );
});
