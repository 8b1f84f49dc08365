import { expect, it } from "vitest";
import type { StateTree } from "../../envs/api/state.js";
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

it("refuses a state that could not be read back", () => {
  const one = Float32Array.of(1);
  expect(() => splitStateTree({ "a/b": one, a: { b: one } })).toThrow('The state holds two tensors "a/b".');
  for (const key of ["$tensor", "__metadata__", "__proto__"]) {
    expect(() => splitStateTree({ a: { [key]: one } })).toThrow(
      `The state may not have a key "${key}" (at a/${key}).`,
    );
  }
  let deep: StateTree = 1;
  for (let i = 0; i < 65; i++) deep = [deep];
  expect(() => splitStateTree(deep)).toThrow("nested deeper than 64 levels");
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
