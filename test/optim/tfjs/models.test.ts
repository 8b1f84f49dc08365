import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { scalarKernels } from "../../../src/kernels/scalar-kernels.js";
import { createAdan } from "../../../src/optim/adan.js";
import { adamRel, adamw, adan } from "../../../src/optim/tfjs/index.js";
import { useBackend } from "../../support/tfjs.js";

beforeAll(() => useBackend("cpu"));
afterEach(() => tf.disposeVariables());

const ROWS = 16;

function network(): tf.Sequential {
  const initial = (seed: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [3], activation: "tanh", name: "hidden", ...initial(1) }),
      tf.layers.dense({ units: 1, name: "output", ...initial(2) }),
    ],
  });
}

/** y = sin(x₀) + x₁·x₂ at 16 points. */
function data() {
  const rows = Array.from({ length: ROWS }, (_, i) => [
    i / 8 - 1,
    ((i * 5) % 16) / 8 - 1,
    ((i * 11) % 16) / 8 - 1,
  ]);
  const targets = rows.map(([a, b, c]) => [Math.sin(a!) + b! * c!]);
  return { x: tf.tensor2d(rows), y: tf.tensor2d(targets) };
}

const flat = (model: tf.LayersModel) => model.getWeights().flatMap((weight) => [...weight.dataSync()]);

async function fit(model: tf.LayersModel, epochs: number): Promise<number[]> {
  const { x, y } = data();
  const { history } = await model.fit(x, y, { epochs, batchSize: ROWS, shuffle: false, verbose: 0 });
  tf.dispose([x, y]);
  return history["loss"] as number[];
}

/** Saves into memory; what was saved can be loaded any number of times. */
async function save(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  });
  await model.save(handler, { includeOptimizer: true });
  return saved!;
}

describe("a model compiled with adan", () => {
  it.each(Object.entries({ adan, adamw, adamRel }))("learns, with %s", async (_name, create) => {
    const model = network();
    model.compile({ optimizer: create(tf, { learningRate: 0.02 }), loss: "meanSquaredError" });
    const losses = await fit(model, 60);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4);
  });

  it("keeps the number of tensors flat over fits", async () => {
    const model = network();
    model.compile({ optimizer: adan(tf, { maxGradNorm: 0.5 }), loss: "meanSquaredError" });
    await fit(model, 1);
    const before = tf.memory().numTensors;
    await fit(model, 3);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("goes where the flat Adan goes with the same gradients", async () => {
    const options = { weight_decay: 0.1, max_grad_norm: 0.5 };
    const model = network();
    const optimizer = adan(tf, { learningRate: 0.01, weightDecay: 0.1, maxGradNorm: 0.5 });
    model.compile({ optimizer, loss: "meanSquaredError" });
    const twin = network();
    const parameters = Float64Array.from(flat(twin));
    const allocate = (_name: string, length: number) => new Float64Array(length);
    const flatAdan = createAdan(
      "adan",
      { size: parameters.length, allocate, kernels: scalarKernels },
      options,
    );
    expect(flat(model)).toEqual([...parameters]);
    const { x, y } = data();
    for (let i = 0; i < 20; i++) {
      await fit(model, 1);
      flatAdan.step(parameters, gradientsOf(twin, x, y), 0.01);
      write(twin, parameters);
    }
    // 20 steps move a weight by up to 0.2, in float32 here and in float64 there.
    flat(model).forEach((value, i) => {
      expect(value).toBeCloseTo(parameters[i]!, 5);
    });
  });

  it("goes on from a saved model bit for bit, also beside the model that was saved", async () => {
    const compile = (model: tf.LayersModel) => {
      model.compile({
        optimizer: adan(tf, { learningRate: 0.02, maxGradNorm: 1 }),
        loss: "meanSquaredError",
      });
      return model;
    };
    const straight = compile(network());
    await fit(straight, 8);

    const model = compile(network());
    await fit(model, 5);
    const artifacts = await save(model);
    const beside = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(beside.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
    // In this process the names are taken: the reloaded kernel is kernel_1 or so.
    expect(beside.trainableWeights[0]!.name).not.toBe(model.trainableWeights[0]!.name);
    await fit(beside, 3);
    expect(flat(beside)).toEqual(flat(straight));
    await fit(model, 3);
    expect(flat(model)).toEqual(flat(straight));
  });
});

function gradientsOf(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): Float64Array {
  const flat = tf.tidy(() => {
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const loss = () =>
      tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, variables);
    return variables.flatMap(({ name }) => [...grads[name]!.dataSync()]);
  });
  return Float64Array.from(flat);
}

function write(model: tf.LayersModel, parameters: Float64Array): void {
  tf.tidy(() => {
    let start = 0;
    const tensors = model.getWeights().map(({ shape, size }) => {
      start += size;
      return tf.tensor([...parameters.subarray(start - size, start)], shape);
    });
    model.setWeights(tensors);
  });
}
