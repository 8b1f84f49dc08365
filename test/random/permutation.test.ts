import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { permutation } from "../../src/random/index.js";

function draw(iteration: number, epoch: number, length: number): number[] {
  const out = new Int32Array(length);
  permutation([1, 2], iteration, epoch, out);
  return [...out];
}

/** Pearson's statistic against equal shares. */
function chiSquare(counts: Iterable<number>, expected: number): number {
  return [...counts].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

it("is that of an independent Fisher–Yates on an independent Philox in Python", () => {
  expect(draw(3, 1, 10)).toEqual([1, 2, 7, 8, 6, 5, 4, 3, 9, 0]);
});

it("is so at a length at which four draws are rejected as biased", () => {
  const out = new Int32Array(300_000);
  permutation([9, 8], 7, 6, out);
  const bytes = new DataView(new ArrayBuffer(4 * out.length));
  out.forEach((value, i) => {
    bytes.setInt32(4 * i, value, true);
  });
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(
    "dd12f83055019a7ea39ad1ce3a5d56b5aa7fe2ef96a8f0e657bf944cb9694812",
  );
});

it.each([0, 1, 2, 3, 64, 2048])("holds each of %d numbers once", (length) => {
  const sorted = draw(5, 2, length).sort((a, b) => a - b);
  expect(sorted).toEqual(Array.from({ length }, (_, i) => i));
});

it("is the same again, and another one for another epoch, iteration or key", () => {
  const first = draw(3, 1, 100);
  const otherKey = new Int32Array(100);
  permutation([1, 3], 3, 1, otherKey);
  expect(draw(3, 1, 100)).toEqual(first);
  for (const other of [draw(3, 2, 100), draw(4, 1, 100), draw(1, 3, 100), [...otherKey]]) {
    expect(other).not.toEqual(first);
  }
});

it("does not read what the array held before", () => {
  const out = Int32Array.from({ length: 100 }, () => -7);
  permutation([1, 2], 3, 1, out);
  expect([...out]).toEqual(draw(3, 1, 100));
});

it("of three things is each of the six equally often", () => {
  const counts = new Map<string, number>();
  for (let iteration = 0; iteration < 6000; iteration++) {
    const order = draw(iteration, 0, 3).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // The 99.9 % quantile with 5 degrees of freedom.
  expect(chiSquare(counts.values(), 1000)).toBeLessThan(20.52);
});

it("of eight things puts each in each place equally often", () => {
  const counts = new Float64Array(64);
  for (let iteration = 0; iteration < 8000; iteration++) {
    draw(iteration, 1, 8).forEach((thing, place) => {
      counts[8 * place + thing]! += 1;
    });
  }
  // Rows and columns add up by themselves, so 7/8 of the statistic follows chi-square with 49 degrees of freedom;
  // 85.35 is its 99.9 % quantile.
  expect((7 / 8) * chiSquare(counts, 1000)).toBeLessThan(85.35);
});
