import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { RlAdanError, UsageError } from "../../../src/errors.js";
import { adamRel, adamw, adan, registerOptimizers } from "../../../src/optim/tfjs/index.js";
import { useBackend } from "../../support/tfjs.js";

beforeAll(() => useBackend("cpu"));
afterEach(() => tf.disposeVariables());

const OPTIMIZERS = { adan, adamw, adamRel };

/** A fresh variable of 3 named w and the loss |w - (1, -2, 3)|². */
function quadratic() {
  const w = tf.variable(tf.zeros([3]), true, "w");
  return { w, loss: () => tf.sum(tf.square(tf.sub(w, [1, -2, 3]))) as tf.Scalar };
}

const step = (optimizer: tf.Optimizer, name: string, gradient: number[]) => {
  const tensor = tf.tensor1d(gradient);
  optimizer.applyGradients([{ name, tensor }]);
  tensor.dispose();
};

describe.each(Object.entries(OPTIMIZERS))("%s", (_name, create) => {
  it("finds the minimum of a quadratic", () => {
    const { w, loss } = quadratic();
    const optimizer = create(tf, { learningRate: 0.05, weightDecay: 0 });
    expect(optimizer).toBeInstanceOf(tf.Optimizer);
    for (let i = 0; i < 600; i++) optimizer.minimize(loss);
    const found = w.dataSync();
    [1, -2, 3].forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 2);
    });
    expect(optimizer.iterations).toBe(600);
  });

  it("keeps the number of tensors flat, and gives all back at dispose", () => {
    const { w, loss } = quadratic();
    const before = tf.memory().numTensors;
    const optimizer = create(tf, { maxGradNorm: 1, weightDecay: 0.1 });
    const counts = Array.from({ length: 10 }, () => {
      optimizer.minimize(loss, true, [w])?.dispose();
      return tf.memory().numTensors;
    });
    expect(new Set(counts).size).toBe(1);
    optimizer.restart();
    expect(tf.memory().numTensors).toBe(counts[0]);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("can be found by its registered name, and built from its configuration", () => {
    const optimizer = create(tf, { learningRate: 0.1, maxGradNorm: 2 });
    const classes = registerOptimizers(tf);
    const own = Object.values(classes).find(({ className }) => className === optimizer.getClassName())!;
    expect(optimizer.constructor).toBe(own);
    expect(tf.serialization.getRegisteredName(own)).toBe(`rl-adan>${own.className}`);
    optimizer.learningRate = 0.2;
    const config = optimizer.getConfig();
    const [cls, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[own.className]!;
    const again = fromConfig(cls, { ...JSON.parse(JSON.stringify(config)), customObjects: {} });
    expect(again.getConfig()).toEqual(config);
    expect(config).toMatchObject({ learningRate: 0.2, maxGradNorm: 2 });
  });

  it("leaves a variable with a null gradient as it is, and its counter too", () => {
    const a = tf.variable(tf.tensor1d([1]), true, "a");
    const b = tf.variable(tf.tensor1d([1]), true, "b");
    const optimizer = create(tf, { learningRate: 0.5, weightDecay: 0 });
    const loss = (of: tf.Variable) => () => tf.sum(of) as tf.Scalar;
    optimizer.minimize(loss(a), false, [a, b]);
    optimizer.minimize(loss(a), false, [a, b]);
    expect(b.dataSync()[0]).toBe(1);
    // A constant gradient moves by the learning rate at each step; b's first step is a first step.
    optimizer.minimize(loss(b), false, [a, b]);
    expect(a.dataSync()[0]).toBeCloseTo(0, 5);
    expect(b.dataSync()[0]).toBeCloseTo(0.5, 5);
  });

  it("takes a learning rate of 0.1 for the next step when it is set", () => {
    const { w } = quadratic();
    const optimizer = create(tf, { learningRate: 0.5, weightDecay: 0 });
    step(optimizer, "w", [4, 4, 4]);
    optimizer.learningRate = 0.1;
    step(optimizer, "w", [4, 4, 4]);
    expect(w.dataSync()[0]).toBeCloseTo(-0.6, 5);
    expect(() => {
      optimizer.learningRate = Number.NaN;
    }).toThrow(UsageError);
  });

  it("is a fresh optimizer after restart and after dispose", () => {
    const values = [() => {}, "restart", "dispose"].map((event) => {
      const w = tf.variable(tf.zeros([2]));
      const optimizer = create(tf, { learningRate: 0.1 });
      if (typeof event === "string") {
        step(optimizer, w.name, [3, -1]);
        step(optimizer, w.name, [1, 2]);
        optimizer[event as "restart" | "dispose"]();
        tf.tidy(() => w.assign(tf.zeros([2])));
      }
      for (const gradient of [
        [1, -5],
        [2, 1],
        [-1, 1],
      ])
        step(optimizer, w.name, gradient);
      return [...w.dataSync()];
    });
    expect(values[1]).toEqual(values[0]);
    expect(values[2]).toEqual(values[0]);
  });
});

describe("adan", () => {
  it("with b2 = 0 is Adam with betas b1 and b3", () => {
    const gradients = [
      [1, -2],
      [0.5, 3],
      [-1, 0.1],
      [2, 2],
    ];
    const run = (optimizer: tf.Optimizer) => {
      const w = tf.variable(tf.tensor1d([0.3, -0.7]));
      for (const gradient of gradients) step(optimizer, w.name, gradient);
      return [...w.dataSync()];
    };
    const ours = run(
      adan(tf, { learningRate: 0.01, betas: [0.98, 0, 0.99], weightDecay: 0.1, noProx: true }),
    );
    expect(ours).toEqual(run(adamw(tf, { learningRate: 0.01, betas: [0.98, 0.99], weightDecay: 0.1 })));
    // TensorFlow.js's own Adam, which has no decay.
    const plain = run(adan(tf, { learningRate: 0.01, betas: [0.98, 0, 0.99] }));
    run(tf.train.adam(0.01, 0.98, 0.99, 1e-8)).forEach((value, i) => {
      expect(plain[i]).toBeCloseTo(value, 6);
    });
  });

  it("takes eps of the back end where that computes in 16 bits", () => {
    const precision = vi.spyOn(tf.backend(), "floatPrecision").mockReturnValue(16);
    try {
      const w = tf.variable(tf.zeros([2]), true, "w");
      // A first step is lr·g/(|g| + eps), and TensorFlow.js's eps for 16 bits is 1e-4.
      step(adan(tf, { learningRate: 1 }), "w", [1e-4, 0]);
      expect(w.dataSync()[0]).toBeCloseTo(-0.5, 5);
      expect(w.dataSync()[1]).toBe(0);
    } finally {
      precision.mockRestore();
    }
  });

  it("takes a variable that is shared by two optimizers, each with its own state", () => {
    const w = tf.variable(tf.zeros([1]));
    const [a, b] = [adan(tf, { learningRate: 1 }), adan(tf, { learningRate: 1 })];
    step(a, w.name, [2]);
    step(b, w.name, [-2]);
    expect(w.dataSync()[0]).toBeCloseTo(0, 5);
  });
});

describe("bad input", () => {
  const messageOf = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      if (error instanceof RlAdanError) return error.message;
      throw error;
    }
    throw new Error("Nothing was thrown.");
  };

  it("is answered with a sentence: no tf, options that are no object, unknown options, bad values", () => {
    // @ts-expect-error the namespace was forgotten
    expect(messageOf(() => adan({ learningRate: 1 }))).toMatchInlineSnapshot(
      `"The first argument should be TensorFlow.js itself, as in: import * as tf from "@tensorflow/tfjs"; adan(tf)."`,
    );
    // @ts-expect-error as tf.train.adam takes it
    expect(messageOf(() => adan(tf, 0.001))).toMatchInlineSnapshot(
      `"Optimizer Adan takes its options as an object, like { learningRate: 0.001 }; got 0.001."`,
    );
    // @ts-expect-error another library's spelling
    expect(messageOf(() => adan(tf, { weight_decay: 0.1 }))).toMatchInlineSnapshot(
      `"Optimizer Adan has no option "weight_decay"; it has learningRate, betas, eps, weightDecay, noProx, maxGradNorm. Did you mean "weightDecay"?"`,
    );
    // @ts-expect-error Adam's two
    expect(messageOf(() => adan(tf, { betas: [0.9, 0.999] }))).toMatchInlineSnapshot(
      `"Optimizer Adan option betas must be 3 numbers of at least 0 and below 1, got [0.9,0.999]."`,
    );
    expect(messageOf(() => adamw(tf, { learningRate: -1 }))).toMatchInlineSnapshot(
      `"Optimizer AdamW option learningRate must be a finite number of at least 0, got -1."`,
    );
  });

  it("is answered with a sentence: no gradient, other shapes, unknown and disposed variables", () => {
    const { w } = quadratic();
    const optimizer = adan(tf);
    const gradient = tf.tensor1d([1, 2, 3]);
    const none = null as unknown as tf.Tensor;
    expect(messageOf(() => optimizer.applyGradients({ w: none }))).toMatchInlineSnapshot(
      `"Optimizer Adan was given no gradient: null for w. Is the loss computed from the variables?"`,
    );
    expect(messageOf(() => optimizer.applyGradients([]))).toMatchInlineSnapshot(
      `"Optimizer Adan was given no gradient. Is the loss computed from the variables?"`,
    );
    expect(messageOf(() => optimizer.applyGradients({ x: gradient }))).toMatchInlineSnapshot(
      `"Variable x is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables."`,
    );
    expect(messageOf(() => optimizer.applyGradients({ w: tf.zeros([2, 2]) }))).toMatchInlineSnapshot(
      `"The gradient of w should be [3] like the variable, it is [2,2]."`,
    );
    gradient.dispose();
    expect(messageOf(() => optimizer.applyGradients({ w: gradient }))).toMatchInlineSnapshot(
      `"The gradient of w is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables."`,
    );
    step(optimizer, "w", [1, 2, 3]);
    w.dispose();
    tf.variable(tf.zeros([2]), true, "w");
    expect(messageOf(() => step(optimizer, "w", [1, 2]))).toMatchInlineSnapshot(
      `"Variable w is [2], but optimizer Adan has stepped one of that name that was [3]: give each its own optimizer."`,
    );
    expect(messageOf(() => optimizer.minimize(() => tf.scalar(1), false, [w]))).toMatchInlineSnapshot(
      `"Variable w is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables."`,
    );
  });
});
