import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { sumOfSquares } from "../../../src/optim/tfjs/sum-of-squares.js";
import { useBackend } from "../../support/tfjs.js";

describe.each(["cpu", "wasm"] as const)("the sum of squares, back end %s", (backend) => {
  it.each([
    { shape: [3], size: 3 },
    { shape: [1000, 17], size: 17_000 },
    { shape: [1_000_003], size: 1_000_003 },
  ])("is right to float32 for $shape", async ({ shape, size }) => {
    await useBackend(backend);
    const values = Float32Array.from({ length: size }, (_, k) => 0.1 + (0.2 * k) / size);
    const exact = values.reduce((sum, value) => sum + value * value, 0);
    const sum = tf.tidy(() => sumOfSquares(tf, tf.tensor(values, shape)).dataSync()[0]!);
    expect(Math.abs(sum - exact)).toBeLessThan(1e-5 * exact);
  });
});
