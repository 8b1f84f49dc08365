import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { RlAdanError } from "../../../src/errors.js";
import { adan, registerOptimizers } from "../../../src/optim/tfjs/index.js";
import { copyInAnotherRealm, secondCopy, useBackend } from "../../support/tfjs.js";

beforeAll(() => useBackend("cpu"));
afterEach(() => tf.disposeVariables());

describe("a second copy of TensorFlow.js that shares the engine", () => {
  const copy = secondCopy();

  it("has classes of its own, built on its own Optimizer and registered with it", () => {
    expect(copy.Optimizer).not.toBe(tf.Optimizer);
    expect(copy.engine()).toBe(tf.engine());
    const [ours, its] = [registerOptimizers(tf), registerOptimizers(copy)];
    expect(registerOptimizers({ ...copy })).toBe(its);
    expect(its.Adan).not.toBe(ours.Adan);
    expect(Object.getPrototypeOf(its.Adan)).toBe(copy.Optimizer);
    expect(Object.getPrototypeOf(ours.Adan)).toBe(tf.Optimizer);
    const registered = (of: typeof tf) => of.serialization.SerializationMap.getMap().classNameMap["Adan"]![0];
    expect(registered(copy)).toBe(its.Adan);
    expect(registered(tf)).toBe(ours.Adan);
  });

  it("makes variables that the optimizer steps", () => {
    const w = copy.variable(copy.tensor1d([1, 1]));
    adan(tf, { learningRate: 0.25 }).minimize(() => copy.sum(w) as tf.Scalar, false, [w]);
    expect([...w.dataSync()]).toEqual([0.75, 0.75]);
  });
});

describe("a copy of TensorFlow.js with an engine of its own", () => {
  it("is told apart with a sentence, even when both have a variable of the name", async () => {
    const copy = await copyInAnotherRealm();
    expect(copy.engine()).not.toBe(tf.engine());
    const foreign = copy.variable(copy.zeros([2]), true, "w");
    const optimizer = adan(tf);
    const loss = () => copy.sum(foreign) as tf.Scalar;
    const gradient = copy.zeros([2]);
    expect(() => optimizer.minimize(loss)).toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: There is no trainable variable in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables.]`,
    );
    const own = tf.variable(tf.zeros([2]), true, "w");
    expect(() => optimizer.minimize(loss)).toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The loss is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables.]`,
    );
    expect(() => optimizer.minimize(loss, false, [foreign])).toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: Variable w is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables.]`,
    );
    expect(() => optimizer.applyGradients({ w: gradient })).toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The gradient of w is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables.]`,
    );
    expect([...own.dataSync()]).toEqual([0, 0]);

    const its = adan(copy, { learningRate: 0.5 });
    its.minimize(loss, false, [foreign]);
    expect([...foreign.dataSync()]).toEqual([-0.5, -0.5]);
    await expect(optimizer.setWeights(await its.getWeights())).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The saved tensor iter is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables.]`,
    );
  });

  it("has models that say so at their first batch", async () => {
    const copy = await copyInAnotherRealm();
    const model = copy.sequential({ layers: [copy.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: adan(tf), loss: "meanSquaredError" });
    await expect(model.fit(copy.ones([2, 1]), copy.ones([2, 1]), { verbose: 0 })).rejects.toThrow(
      RlAdanError,
    );
    model.compile({ optimizer: adan(copy), loss: "meanSquaredError" });
    await model.fit(copy.ones([2, 1]), copy.ones([2, 1]), { verbose: 0 });
  });
});
