import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TfjsDevice } from "../../../src/devices/device.js";
import { openDevice } from "../../../src/devices/open-node.js";
import { FlatOptimizer } from "../../../src/optim/tfjs/flat-optimizer.js";
import {
  type AdamOptions,
  adamRel,
  adamw,
  adan,
  type MomentOptimizer,
} from "../../../src/optim/tfjs/index.js";
import {
  expectClose,
  FLOAT32,
  type OptimizerCase,
  type OptimizerFixture,
  optimizerCases,
} from "../../support/optimizer-records.js";
import { missingGpu } from "../../support/software-gpu.js";
import { useBackend } from "../../support/tfjs.js";

/** NAdam is on our kernels alone. */
const onTensorFlow = optimizerCases.filter(({ record }) => record.optimizer !== "nadam");
/** An event between steps that only the registry's optimizers know. */
const ofClasses = onTensorFlow.filter(({ record }) => record.options.forget_before === undefined);

/** The record's flat vector of 11 as several variables: a norm that isn't over all of them would show. */
const SHAPES: readonly number[][] = [[2, 3], [4], []];

describe.each(["cpu", "wasm", "webgpu"] as const)("optimizers on TensorFlow.js, back end %s", (backend) => {
  const missing = backend === "webgpu" ? missingGpu() : undefined;
  if (missing !== undefined) return it.skip(`skipped: ${missing}`);
  let device: TfjsDevice | undefined;
  beforeAll(async () => {
    if (backend !== "webgpu") return useBackend(backend);
    device = await openDevice("webgpu");
    // Small tensors would be computed on the CPU.
    tf.env().set("WEBGPU_CPU_FORWARD", false);
  });
  afterAll(() => {
    tf.disposeVariables();
    device?.close();
  });

  it.each(ofClasses)("follow the recorded trajectory: $title", async ({ record, fixture }) => {
    await follow(record, fixture);
  });
});

describe("the registry's optimizers on one flat tensor", () => {
  beforeAll(() => useBackend("cpu"));

  it.each(onTensorFlow)("follow the recorded trajectory: $title", async ({ record, fixture }) => {
    await followFlat(record, fixture);
  });
});

/** An event of the record is an iteration that begins. */
async function followFlat(record: OptimizerCase, fixture: OptimizerFixture): Promise<void> {
  const { restart_before, timestep_reset_before, forget_before, ...options } = record.options;
  const plain = record.optimizer;
  const events = {
    "adan-restart": restart_before,
    "adam-rel": timestep_reset_before,
    "adan-forget": forget_before,
  };
  const [name, eventBefore] = Object.entries(events).find(([, steps]) => steps !== undefined) ?? [plain, []];
  // The registry has PPO's eps for Adam, the records torch's.
  const eps = plain === "adam" ? { eps: 1e-8 } : {};
  const optimizer = new FlatOptimizer(tf, "cpu", name, { ...eps, ...options }, fixture.parameters.length);
  let parameters = tf.tensor1d(fixture.parameters);
  for (const [index, flat] of fixture.gradients.entries()) {
    const step = index + 1;
    if (eventBefore!.includes(step)) optimizer.beginIteration();
    const gradient = tf.tensor1d(flat);
    const before = parameters;
    parameters = optimizer.step(before, gradient, record.learning_rate);
    tf.dispose([gradient, before]);
    const expected = record.parameters_after[step];
    if (expected !== undefined) {
      expectClose(await parameters.data(), expected, FLOAT32, `parameters after step ${step}`);
    }
  }
  const { step, slots } = (await optimizer.state()) as { step: number; slots: Record<string, Float32Array> };
  expect(step).toBe(record.final_state["step"]);
  expect(Object.keys(slots)).toEqual(plain === "adan" ? ["m", "v", "n", "previous_gradient"] : ["m", "n"]);
  for (const [slot, values] of Object.entries(slots)) {
    expectClose(values, record.final_state[slot] as number[], FLOAT32, slot);
  }
  tf.dispose(parameters);
  optimizer.dispose();
}

async function follow(record: OptimizerCase, fixture: OptimizerFixture): Promise<void> {
  const { restart_before = [], timestep_reset_before = [] } = record.options;
  const optimizer = create(record);
  const variables = split(fixture.parameters).map((part) => tf.variable(part));
  for (const [index, flat] of fixture.gradients.entries()) {
    const step = index + 1;
    if (restart_before.includes(step)) optimizer.restart();
    if (timestep_reset_before.includes(step)) optimizer.resetCounter();
    const gradients = split(flat).map((tensor, i) => ({ name: variables[i]!.name, tensor }));
    // Both shapes that applyGradients takes.
    const asMap = Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]));
    optimizer.applyGradients(step % 2 === 0 ? asMap : gradients);
    tf.dispose(asMap);
    const expected = record.parameters_after[step];
    if (expected !== undefined) {
      expectClose(await join(variables), expected, FLOAT32, `parameters after step ${step}`);
    }
  }
  const [iterations, steps, ...slots] = await optimizer.getWeights();
  expect([...(await iterations!.tensor.data())]).toEqual([fixture.gradients.length]);
  expect([...(await steps!.tensor.data())]).toEqual(variables.map(() => record.final_state["step"]));
  const names = record.optimizer === "adan" ? ["m", "v", "n", "previous_gradient"] : ["m", "n"];
  expect(slots.length).toBe(names.length * variables.length);
  for (const [i, name] of names.entries()) {
    const own = slots.slice(i * variables.length, (i + 1) * variables.length).map(({ tensor }) => tensor);
    expectClose(await join(own), record.final_state[name] as number[], FLOAT32, name);
  }
  tf.dispose([iterations!.tensor, steps!.tensor]);
  optimizer.dispose();
}

function create({ optimizer, learning_rate, options }: OptimizerCase): MomentOptimizer {
  const given = {
    learningRate: learning_rate,
    betas: options["betas"],
    eps: options["eps"],
    weightDecay: options["weight_decay"],
    noProx: options["no_prox"],
    maxGradNorm: options["max_grad_norm"],
  };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (optimizer === "adan") return adan(tf, present);
  if (options.timestep_reset_before !== undefined) return adamRel(tf, present);
  return adamw(tf, { weightDecay: 0, ...present } satisfies AdamOptions);
}

function split(flat: readonly number[]): tf.Tensor[] {
  let start = 0;
  return SHAPES.map((shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    start += size;
    return tf.tensor(flat.slice(start - size, start), shape);
  });
}

async function join(tensors: readonly tf.Tensor[]): Promise<number[]> {
  const parts = await Promise.all(tensors.map((tensor) => tensor.data()));
  return parts.flatMap((part) => [...part]);
}
