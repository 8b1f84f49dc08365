import { expect, it } from "vitest";
import { tanhFloat32 } from "../../src/math/tanh-float32.js";

/** Distance in units of the last float32 place of the expected value; the oracle is the engine's float64 tanh. */
function ulps(x: number): number {
  const expected = Math.tanh(x);
  const exponent = Math.floor(Math.log2(Math.abs(expected)));
  return Math.abs(tanhFloat32(x) - expected) / 2 ** (exponent - 23);
}

it("is within 6 ulp everywhere, within 4 below one half", () => {
  let largest = 0;
  let largestBelowHalf = 0;
  for (let i = 1; i <= 400_000; i++) {
    const x = Math.fround((10 * i) / 400_000);
    largest = Math.max(largest, ulps(x));
    if (x < 0.5) largestBelowHalf = Math.max(largestBelowHalf, ulps(x));
  }
  for (let exponent = -100; exponent < 0; exponent++) {
    largestBelowHalf = Math.max(largestBelowHalf, ulps(Math.fround(1.37 * 2 ** exponent)));
  }
  expect(largest).toBeLessThanOrEqual(6);
  expect(largestBelowHalf).toBeLessThanOrEqual(4);
});

it("is odd, bounded by 1, and keeps NaN and the sign of zero", () => {
  for (const x of [1e-30, 0.1, 1, 5, 8.9, 9, 100, 3e38].map(Math.fround)) {
    expect(tanhFloat32(-x)).toBe(-tanhFloat32(x));
    expect(Math.abs(tanhFloat32(x))).toBeLessThanOrEqual(1);
  }
  expect(tanhFloat32(Number.NaN)).toBeNaN();
  expect(Object.is(tanhFloat32(-0), -0)).toBe(true);
  expect(tanhFloat32(Infinity)).toBeGreaterThan(0.999999);
});
