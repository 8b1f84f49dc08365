import { describe, expect, it } from "vitest";
import { paddedBatch, WEIGHT_PANEL } from "../../src/kernels/kernels.js";
import { NormalStream } from "../../src/random/index.js";
import { type KernelBench, kernelBench } from "../support/kernels.js";

/** Numbers of ordinary size with a few large, tiny and zero ones among them. */
function numbers(length: number, step: number): Float32Array {
  const values = new Float32Array(length);
  new NormalStream([1, 2]).fill(step, values);
  for (let i = 0; i < length; i += 7) values[i]! *= 30;
  for (let i = 3; i < length; i += 11) values[i]! *= 1e-20;
  for (let i = 5; i < length; i += 13) values[i] = 0;
  return values;
}

/** Runs the same calls on both implementations and compares every array they touched, byte for byte. */
async function expectTwins(run: (bench: KernelBench) => readonly (Float32Array | number)[]): Promise<void> {
  const [scalar, simd] = [run(await kernelBench("scalar")), run(await kernelBench("simd"))];
  expect(simd.length).toBe(scalar.length);
  simd.forEach((result, i) => {
    const bytes = (value: Float32Array | number) =>
      new Uint8Array(typeof value === "number" ? Float64Array.of(value).buffer : value.slice().buffer);
    expect(Buffer.compare(bytes(result), bytes(scalar[i]!)), `result ${i}`).toBe(0);
  });
}

const widths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 64];
/** A sum of more than 64 terms is laid down and taken up again; 16 rows are transposed at a time. */
const wide = [63, 65, 130];
const shapes = [
  ...widths.flatMap((inputs) => [1, 2, 3, 4, 6, 7, 64].map((outputs) => ({ inputs, outputs }))),
  ...wide.flatMap((inputs) => wide.map((outputs) => ({ inputs, outputs }))),
].flatMap((shape) => [1, 4, 5, 8, 12, 24, 64].map((samples) => ({ ...shape, samples })));

describe("the SIMD kernels and their scalar twin agree to the last bit", () => {
  it("in the forward product, for every tail of rows and samples", async () => {
    await expectTwins((bench) =>
      shapes.map(({ inputs, outputs, samples }) => {
        const batch = paddedBatch(samples);
        const output = bench.float32(new Float32Array(outputs * batch));
        const weight = bench.float32(numbers(inputs * outputs, 1));
        const bias = bench.float32(numbers(outputs, 2));
        const input = bench.float32(numbers(inputs * batch, 3));
        bench.kernels.denseForward(weight, bias, input, output, inputs, outputs, batch);
        return output;
      }),
    );
  });

  it("in the forward product of batches beyond a block, as actors of many envs have them", async () => {
    await expectTwins((bench) =>
      [68, 132, 1024].map((batch) => {
        const output = bench.float32(new Float32Array(6 * batch));
        const [weight, bias] = [bench.float32(numbers(6 * 17, 1)), bench.float32(numbers(6, 2))];
        bench.kernels.denseForward(weight, bias, bench.float32(numbers(17 * batch, 3)), output, 17, 6, batch);
        return output;
      }),
    );
  });

  it("in the input gradient", async () => {
    await expectTwins((bench) =>
      shapes.map(({ inputs, outputs, samples }) => {
        const batch = paddedBatch(samples);
        const inputGradient = bench.float32(new Float32Array(inputs * batch));
        const weight = bench.float32(numbers(inputs * outputs, 1));
        const outputGradient = bench.float32(numbers(outputs * batch, 4));
        const scratch = bench.float32(new Float32Array(WEIGHT_PANEL));
        bench.kernels.denseInputGradient(
          weight,
          outputGradient,
          inputGradient,
          scratch,
          inputs,
          outputs,
          batch,
        );
        return inputGradient;
      }),
    );
  });

  it("in the weight gradient, added to what is there", async () => {
    await expectTwins((bench) =>
      shapes.flatMap(({ inputs, outputs, samples }) => {
        const batch = paddedBatch(samples);
        const outputGradient = bench.float32(numbers(outputs * batch, 4));
        const input = bench.float32(numbers(inputs * batch, 3));
        const weightGradient = bench.float32(numbers(inputs * outputs, 5));
        const biasGradient = bench.float32(numbers(outputs, 6));
        bench.kernels.denseWeightGradient(
          outputGradient,
          input,
          weightGradient,
          biasGradient,
          inputs,
          outputs,
          batch,
        );
        return [weightGradient, biasGradient];
      }),
    );
  });

  it.each(["tanh", "relu"] as const)(
    "in %s and its gradient, special values included",
    async (activation) => {
      await expectTwins((bench) => {
        const special = [0, -0, 9, -9, 8.999999, 9.000001, 1e30, -1e30, Infinity, -Infinity, 1e-40, -1e-40];
        const values = bench.float32([...special, ...numbers(500, 7)]);
        const gradients = bench.float32(numbers(512, 8));
        bench.kernels.activate(activation, values, 512);
        bench.kernels.activationGradient(activation, values, gradients, 512);
        return [values, gradients];
      });
    },
  );

  it("in norms, scaling and clearing, for every tail", async () => {
    await expectTwins((bench) =>
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 1001].flatMap((length) => {
        const values = bench.float32(numbers(length, 9));
        const sum = bench.kernels.sumOfSquares(values);
        bench.kernels.scale(values, 0.1);
        const cleared = bench.float32(numbers(length, 9));
        bench.kernels.clear(cleared);
        return [sum, values, cleared];
      }),
    );
  });

  it("in whether all is finite, wherever one number is not", async () => {
    await expectTwins((bench) => {
      // The largest ones add up to more than a float32 holds.
      const values = bench.float32([...numbers(34, 10), 3.4e38, 3.4e38, 3.4e38, -3.4e38, 1e-45]);
      const found = [bench.kernels.allFinite(values)];
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (let i = 0; i < values.length; i++) {
          const before = values[i]!;
          values[i] = value;
          found.push(bench.kernels.allFinite(values));
          values[i] = before;
        }
      }
      // All of them at first, then never.
      expect(found.map(Number)).toEqual([1, ...Array.from({ length: 3 * 39 }, () => 0)]);
      return found.map(Number);
    });
  });

  it("in Adan, Adam and NAdam, for every tail, at the first step and later ones", async () => {
    await expectTwins((bench) =>
      [1, 3, 4, 5, 11, 29, 64, 1003].flatMap((length) => {
        const slot = (step: number) => bench.float32(numbers(length, step));
        const squares = (step: number) => bench.float32(numbers(length, step).map((value) => value * value));
        const [parameters, gradients, m, v, previous] = [slot(1), slot(2), slot(3), slot(4), slot(5)];
        const n = squares(6);
        const adan = {
          learningRate: 1e-3,
          beta1: 0.98,
          beta2: 0.92,
          beta3: 0.99,
          eps: 1e-8,
          correction1: 1 / (1 - 0.98),
          correction2: 0.92 / (1 - 0.92),
          correction3: 1 / Math.sqrt(1 - 0.99),
          keep: 0.999,
          shrink: 0.998,
          isFirst: true,
        };
        bench.kernels.adan(parameters, gradients, m, v, n, previous, adan);
        bench.kernels.adan(parameters, slot(7), m, v, n, previous, { ...adan, isFirst: false });
        const [adamParameters, adamM, adamN] = [slot(1), slot(3), squares(6)];
        const { learningRate, beta1, eps, correction1, keep } = adan;
        const corrections = { correction1, correction2: 1.5, gradientWeight: 0 };
        const adam = { learningRate, beta1, beta2: 0.999, eps, ...corrections, keep };
        bench.kernels.adam(adamParameters, slot(2), adamM, adamN, adam);
        bench.kernels.adam(adamParameters, slot(7), adamM, adamN, { ...adam, gradientWeight: 0.7 });
        return [parameters, m, v, n, previous, adamParameters, adamM, adamN];
      }),
    );
  });
});

describe("the kernels compute what they say", () => {
  it.each(["tanh", "relu"] as const)(
    "%s of NaN is NaN: an upset training must not look well",
    async (name) => {
      for (const variant of ["scalar", "simd"] as const) {
        const { kernels, float32 } = await kernelBench(variant);
        const values = float32(new Float32Array(20).fill(Number.NaN));
        kernels.activate(name, values, 20);
        expect([...values].every(Number.isNaN), variant).toBe(true);
      }
    },
  );

  it("a hand-calculated layer of two inputs and one output", async () => {
    for (const variant of ["scalar", "simd"] as const) {
      const { kernels, float32 } = await kernelBench(variant);
      const [weight, bias] = [float32([2, -3]), float32([0.5])];
      const input = float32([1, 2, 3, 4, 10, 20, 30, 40]);
      const output = float32([0, 0, 0, 0]);
      kernels.denseForward(weight, bias, input, output, 2, 1, 4);
      expect([...output]).toEqual([-27.5, -55.5, -83.5, -111.5]);
      const inputGradient = float32(new Float32Array(8));
      const scratch = float32(new Float32Array(WEIGHT_PANEL));
      kernels.denseInputGradient(weight, float32([1, 0, -1, 2]), inputGradient, scratch, 2, 1, 4);
      expect([...inputGradient]).toEqual([2, 0, -2, 4, -3, 0, 3, -6]);
      const [weightGradient, biasGradient] = [float32([100, 0]), float32([1])];
      kernels.denseWeightGradient(float32([1, 0, -1, 2]), input, weightGradient, biasGradient, 2, 1, 4);
      expect([...weightGradient]).toEqual([106, 60]);
      expect([...biasGradient]).toEqual([3]);
    }
  });
});
