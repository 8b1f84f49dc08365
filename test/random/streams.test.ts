import { expect, it } from "vitest";
import { streamKey, streamSeed64 } from "../../src/random/index.js";

it.each([
  [1, "noise/env-3", [893623461, 3265039218]],
  [0, "init", [3387498011, 1898109530]],
  [2 ** 53 - 1, "shuffle", [1758953211, 673985898]],
])("seed %d and name %s have the key of an independent RC4 in Python", (seed, name, key) => {
  expect(streamKey(seed, name)).toEqual(key);
  expect(streamSeed64(seed, name)).toBe(BigInt(key[0]!) * 2n ** 32n + BigInt(key[1]!));
});

it("every name and every seed has a key of its own", () => {
  const names = ["init", "shuffle", ...Array.from({ length: 300 }, (_, i) => `noise/env-${i}`)];
  const seeds = [0, 1, 2, 10, 11, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
  const keys = seeds.flatMap((seed) => names.map((name) => streamSeed64(seed, name)));
  expect(new Set(keys).size).toBe(keys.length);
});

it.each([-1, 1.5, 2 ** 53, Number.NaN])("a seed of %d is refused", (seed) => {
  expect(() => streamKey(seed, "a")).toThrowError(
    `A seed is a whole number from 0 to 2^53 - 1, got ${seed}.`,
  );
});
