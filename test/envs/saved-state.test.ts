import { describe, expect, it } from "vitest";
import {
  anyState,
  finite,
  finiteNumber,
  float32s,
  float64Lists,
  float64s,
  numbers,
  orNull,
  readState,
  wholeNumber,
} from "../../envs/api/saved-state.js";
import type { StateTree } from "../../envs/api/state.js";
import { make } from "../../envs/index.js";
import { RlAdanError } from "../../src/errors.js";
import { Pcg64 } from "../../src/random/pcg64.js";

describe("a saved state", () => {
  it("gives its parts when each is of its kind", () => {
    const state = { a: Float64Array.of(1, 2), b: 3, c: null, d: [1, 2], other: "ignored" };
    const read = readState("it", state, {
      a: float64s(2),
      b: wholeNumber,
      c: orNull(float32s(1)),
      d: numbers(2),
    });
    expect([read.a, read.b, read.c, read.d]).toEqual([Float64Array.of(1, 2), 3, null, [1, 2]]);
  });

  const refusal = (state: StateTree, field: Parameters<typeof readState>[2][string]) => {
    try {
      readState("the robot", state, { part: field });
    } catch (error) {
      return (error as Error).message.replace("A saved state does not fit the robot: ", "");
    }
    throw new Error("Nothing was refused.");
  };
  it("says which part is something else", () => {
    expect([
      refusal(null, anyState),
      refusal([1], anyState),
      refusal(Float32Array.of(1), anyState),
      refusal({}, anyState),
      refusal({ part: Float64Array.of(1) }, float64s(2)),
      refusal({ part: Float64Array.of(1) }, float32s(1)),
      refusal({ part: { length: 2 } as unknown as StateTree }, float64s(2)),
      refusal({ part: Number.POSITIVE_INFINITY }, finiteNumber),
      refusal({ part: -1 }, wholeNumber),
      refusal({ part: 2 ** 53 }, wholeNumber),
      refusal({ part: "x".repeat(100) }, wholeNumber),
      refusal({ part: [1, "2"] }, numbers(2)),
      refusal({ part: Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY) }, finite(float32s())),
      refusal({ part: [Float32Array.of(1)] }, float64Lists),
    ]).toMatchInlineSnapshot(`
      [
        "it should be a mapping, it is null.",
        "it should be a mapping, it is a list of 1.",
        "it should be a mapping, it is 1 float32 numbers.",
        ""part" should be a state, it is missing.",
        ""part" should be 2 float64 numbers, it is 1 float64 numbers.",
        ""part" should be 1 float32 numbers, it is 1 float64 numbers.",
        ""part" should be 2 float64 numbers, it is a mapping.",
        ""part" should be a finite number, it is Infinity.",
        ""part" should be a whole number of at least 0, it is -1.",
        ""part" should be a whole number of at least 0, it is 9007199254740992.",
        ""part" should be a whole number of at least 0, it is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx….",
        ""part" should be a list of 2 finite numbers, it is a list of 2.",
        ""part" should be finite float32 numbers, it is 3 float32 numbers, 2 of them not finite.",
        ""part" should be a list of arrays of float64 numbers, it is a list of 1.",
      ]
    `);
  });

  it("has no part that an object only inherits", () => {
    expect(() => readState("it", {}, { constructor: anyState })).toThrow('"constructor" should be a state');
  });

  it.each(["CartPole-v1", "Pendulum-v1", "MountainCarContinuous-v0", "InvertedPendulum-v5"])(
    "of %s with any part missing or of another kind is refused",
    async (id) => {
      const env = await make(id);
      env.reset({ seed: 1 });
      const state = env.state!() as { inner: { inner: Record<string, StateTree> } };
      const parts = Object.keys(state.inner.inner);
      expect(parts.length).toBeGreaterThan(2);
      for (const part of parts) {
        for (const value of [undefined, "x", 1.5, [], {}, Uint8Array.of(1)]) {
          if (typeof value === typeof state.inner.inner[part] && value === 1.5) continue;
          const inner = { ...state.inner.inner, [part]: value as StateTree };
          const changed = { ...state, inner: { ...state.inner, inner } };
          expect(() => env.restore!(changed), `${part} = ${String(value)}`).toThrow(RlAdanError);
        }
      }
      env.restore!(state);
      env.close();
    },
  );
});

describe("a saved generator", () => {
  it.each([
    ["an even increment, with which it stands still and a draw below n may never end", { increment: "2" }],
    ["more than 128 bits", { state: (1n << 128n).toString() }],
    ["what is no number", { state: "0x1" }],
    ["a spare that is no 32-bit number", { spare: 2 ** 32 }],
  ])("is refused for %s", (_what, change) => {
    expect(() => Pcg64.from({ ...new Pcg64(1).state(), ...change })).toThrow("does not fit a generator");
  });
});
