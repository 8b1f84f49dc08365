import { expect, it } from "vitest";
import { joinStateTree, splitStateTree } from "../../src/run/state-tree.js";

it("splits typed arrays off by their path and joins them again", () => {
  const tree = { a: [1, { b: Float32Array.of(1, 2) }], c: null, d: "text", e: true };
  const { tensors, json } = splitStateTree(tree);
  expect([...tensors.keys()]).toEqual(["a/1/b"]);
  expect(JSON.parse(JSON.stringify(json))).toEqual({
    a: [1, { b: { $tensor: "a/1/b" } }],
    c: null,
    d: "text",
    e: true,
  });
  expect(joinStateTree({ tensors, json: JSON.parse(JSON.stringify(json)) })).toEqual(tree);
});

it("refuses numbers that JSON can't hold", () => {
  expect(() => splitStateTree({ a: { b: Number.NaN } })).toThrow(
    "The state holds NaN at a/b; only typed arrays may.",
  );
});

it("refuses a mark without its tensor, and trees that are too deep", () => {
  expect(() => joinStateTree({ tensors: new Map(), json: { $tensor: "x" } })).toThrow(
    'names a tensor "x" that is missing',
  );
  let deep: unknown = 1;
  for (let i = 0; i < 100; i++) deep = { deep };
  expect(() => joinStateTree({ tensors: new Map(), json: deep })).toThrow("nested deeper than 64 levels");
});

it("does not let a file reach an object's prototype", () => {
  const json: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "a": 2}');
  const tree = joinStateTree({ tensors: new Map(), json }) as { polluted?: number };
  expect(tree).toEqual({ a: 2 });
  expect(tree.polluted).toBeUndefined();
});
