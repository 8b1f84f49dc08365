import { expect, it } from "vitest";
import { minibatchBounds } from "../../../agents/ppo/minibatches.js";

it("cuts a rollout evenly when it divides", () => {
  expect(minibatchBounds(6, 3, "keep")).toEqual([
    [0, 3],
    [3, 6],
  ]);
});

it("keeps, merges or drops a ragged last minibatch", () => {
  expect(minibatchBounds(8, 3, "keep")).toEqual([
    [0, 3],
    [3, 6],
    [6, 8],
  ]);
  expect(minibatchBounds(8, 3, "merge")).toEqual([
    [0, 3],
    [3, 8],
  ]);
  expect(minibatchBounds(8, 3, "drop")).toEqual([
    [0, 3],
    [3, 6],
  ]);
});

it("takes the whole rollout when the minibatch is larger", () => {
  for (const last of ["keep", "merge", "drop"] as const)
    expect(minibatchBounds(5, 64, last)).toEqual([[0, 5]]);
});
