import { expect, it } from "vitest";
import { tanhFloat32 } from "../../src/math/tanh-float32.js";

const view = new DataView(new ArrayBuffer(4));

function floatOf(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** The distance of neighbouring floats at the nearest float to x. */
function lastPlace(x: number): number {
  view.setFloat32(0, x);
  return 2 ** (Math.max((view.getUint16(0) >> 7) & 0xff, 1) - 150);
}

/** Error in last places; the engine's float64 tanh, right to a billionth of one, stands for the truth. */
function errorInUlps(x: number): number {
  const truth = Math.tanh(x);
  return Math.abs(tanhFloat32(x) - truth) / lastPlace(truth);
}

it("is within 6.2 ulp everywhere, within 3.6 below one half", () => {
  // A search over every float found its largest errors at these two.
  let largest = errorInUlps(Math.fround(5.93211174));
  let largestBelowHalf = errorInUlps(Math.fround(0.494736671));
  expect(largest).toBeGreaterThan(6);
  expect(largestBelowHalf).toBeGreaterThan(3.5);
  // Every 997th float from the smallest subnormal one to 10.
  for (let bits = 1; bits <= 0x41200000; bits += 997) {
    const x = floatOf(bits);
    const error = errorInUlps(x);
    if (error > largest) largest = error;
    if (x < 0.5 && error > largestBelowHalf) largestBelowHalf = error;
  }
  expect(largest).toBeLessThanOrEqual(6.2);
  expect(largestBelowHalf).toBeLessThanOrEqual(3.6);
});

it("is odd and bounded by 1", () => {
  for (let bits = 1; bits < 0x7f800000; bits += 99_991) {
    const x = floatOf(bits);
    const y = tanhFloat32(x);
    if (tanhFloat32(-x) !== -y || !(y >= 0 && y <= 1)) expect.fail(`tanhFloat32(${x}) = ${y}`);
  }
});

it("keeps NaN, signed zeros and tiny numbers", () => {
  expect([Number.NaN, 0, -0, 2 ** -149, -(2 ** -100)].map(tanhFloat32)).toEqual([
    Number.NaN,
    0,
    -0,
    2 ** -149,
    -(2 ** -100),
  ]);
});

it("is within two places of 1 from its limit on", () => {
  for (const x of [9, 10, 100, 3e38, Infinity]) expect(1 - tanhFloat32(x)).toBeLessThanOrEqual(2 ** -23);
});
