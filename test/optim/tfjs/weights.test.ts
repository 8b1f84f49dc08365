import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { RlAdanError } from "../../../src/errors.js";
import { adamw, adan, type MomentOptimizer, type TensorFlow } from "../../../src/optim/tfjs/index.js";
import { useBackend } from "../../support/tfjs.js";

beforeAll(() => useBackend("cpu"));
afterEach(() => tf.disposeVariables());

type Weights = Awaited<ReturnType<MomentOptimizer["getWeights"]>>;

/** Variables of shapes [2] and [1, 2], zero. */
const pair = (first?: string, second?: string) => [
  tf.variable(tf.zeros([2]), true, first),
  tf.variable(tf.zeros([1, 2]), true, second),
];

/** One step with gradients that depend on `time`, the same for the same place in the list. */
function step(optimizer: MomentOptimizer, variables: readonly tf.Variable[], time: number): void {
  tf.tidy(() => {
    const gradients = variables.map(({ name, shape }, i) => {
      const tensor = tf.tensor([time * time - 3, (i + 1) / time], shape);
      return { name, tensor };
    });
    optimizer.applyGradients(gradients);
  });
}

const valuesOf = (variables: readonly tf.Variable[]) => variables.map((variable) => [...variable.dataSync()]);

/** Three steps on a and b, and copies of what was saved and of the values then. */
async function saved(create: (tf: TensorFlow, options: { learningRate: number }) => MomentOptimizer = adan) {
  const variables = pair("a", "b");
  const optimizer = create(tf, { learningRate: 0.1 });
  for (let time = 1; time <= 3; time++) step(optimizer, variables, time);
  const weights = (await optimizer.getWeights()).map(({ name, tensor }) => ({
    name,
    tensor: tensor.clone(),
  }));
  return { variables, optimizer, weights, values: valuesOf(variables) };
}

/** What a and b are after five steps without a break. */
async function uninterrupted() {
  const { variables, optimizer } = await saved();
  for (let time = 4; time <= 5; time++) step(optimizer, variables, time);
  const values = valuesOf(variables);
  tf.dispose(variables);
  return values;
}

async function goOn(weights: Weights, variables: readonly tf.Variable[], values: number[][]) {
  tf.tidy(() => {
    for (const [i, variable] of variables.entries()) variable.assign(tf.tensor(values[i]!, variable.shape));
  });
  const optimizer = adan(tf, { learningRate: 0.1 });
  await optimizer.setWeights(weights);
  expect(optimizer.iterations).toBe(3);
  for (let time = 4; time <= 5; time++) step(optimizer, variables, time);
  return valuesOf(variables);
}

describe("saved weights", () => {
  it("are named as TensorFlow.js names its own", async () => {
    const { weights } = await saved(adamw);
    expect(weights.map(({ name }) => name)).toEqual(["iter", "steps", "a/m", "b/m", "a/n", "b/n"]);
  });

  it("go on bit for bit, and may be disposed once they are loaded", async () => {
    const expected = await uninterrupted();
    const { variables, weights, values } = await saved();
    const before = tf.memory().numTensors;
    const optimizer = adan(tf, { learningRate: 0.1 });
    await optimizer.setWeights(weights);
    expect(tf.memory().numTensors).toBe(before + 8);
    tf.dispose(weights.map(({ tensor }) => tensor));
    for (let time = 4; time <= 5; time++) step(optimizer, variables, time);
    expect(valuesOf(variables)).toEqual(expected);
    expect(values).not.toEqual(expected);
  });

  it("follow the names when the order is another", async () => {
    const expected = await uninterrupted();
    const { variables, weights } = await saved();
    const optimizer = adan(tf, { learningRate: 0.1 });
    await optimizer.setWeights(weights);
    for (let time = 4; time <= 5; time++) {
      tf.tidy(() => {
        const [a, b] = [0, 1].map((i) => tf.tensor([time * time - 3, (i + 1) / time], variables[i]!.shape));
        optimizer.applyGradients({ b: b!, a: a! });
      });
    }
    expect(valuesOf(variables)).toEqual(expected);
  });

  it("follow the place when names differ only by the number that keeps them apart", async () => {
    const expected = await uninterrupted();
    const { weights, values, variables } = await saved();
    tf.dispose(variables);
    expect(await goOn(weights, pair("a_1", "b_7"), values)).toEqual(expected);
    const renamed = weights.map(({ name, tensor }) => ({
      name: name.replace("a/", "901/").replace("b/", "902/"),
      tensor,
    }));
    expect(await goOn(renamed, pair(), values)).toEqual(expected);
  });

  it("are not guessed from a first step on some of them, where numbers alone keep the names apart", async () => {
    const { weights } = await saved();
    const numbered = weights.map(({ name, tensor }) => ({
      name: name.replace("a/", "w/").replace("b/", "w_1/"),
      tensor,
    }));
    // "w" is another model's here: what was saved as w is w_1 now, and this is the step of the first one alone.
    const [first, second] = [
      tf.variable(tf.zeros([2]), true, "w_1"),
      tf.variable(tf.zeros([1, 2]), true, "w_2"),
    ];
    const optimizer = adan(tf);
    await optimizer.setWeights(numbered);
    expect(() => step(optimizer, [first], 4)).toThrow(
      "The saved state does not fit optimizer Adan: it is of w [2], w_1 [1,2]; the variables now are w_1 [2].",
    );
    step(optimizer, [first, second], 4);
    expect((await optimizer.getWeights()).length).toBe(2 + 8);
  });

  it("of variables with names of their own may be taken up one by one", async () => {
    const expected = await uninterrupted();
    const { weights, values, variables } = await saved();
    tf.dispose(variables);
    const [a, b] = pair("a", "b") as [tf.Variable, tf.Variable];
    tf.tidy(() => {
      a.assign(tf.tensor(values[0]!, a.shape));
      b.assign(tf.tensor(values[1]!, b.shape));
    });
    const optimizer = adan(tf, { learningRate: 0.1 });
    await optimizer.setWeights(weights);
    for (let time = 4; time <= 5; time++) {
      step(optimizer, [a], time);
      const gradient = tf.tensor([time * time - 3, 2 / time], [1, 2]);
      optimizer.applyGradients([{ name: "b", tensor: gradient }]);
      gradient.dispose();
    }
    expect(valuesOf([a, b])).toEqual(expected);
  });

  it("replace the state of an optimizer that has stepped the same variables", async () => {
    const expected = await uninterrupted();
    const { variables, weights, values } = await saved();
    const optimizer = adan(tf, { learningRate: 0.1 });
    step(optimizer, variables, 9);
    const before = tf.memory().numTensors;
    await optimizer.setWeights(weights);
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => {
      for (const [i, variable] of variables.entries()) variable.assign(tf.tensor(values[i]!, variable.shape));
    });
    for (let time = 4; time <= 5; time++) step(optimizer, variables, time);
    expect(valuesOf(variables)).toEqual(expected);
  });

  it("may be those of an optimizer that has not stepped yet", async () => {
    const variables = pair("a", "b");
    const optimizer = adan(tf, { learningRate: 0.1 });
    await optimizer.setWeights(await adan(tf).getWeights());
    step(optimizer, variables, 1);
    // A first step is lr·sign(gradient); the gradients are [-2, 1] and [-2, 2].
    for (const [down, up] of valuesOf(variables)) {
      expect(down).toBeCloseTo(0.1, 6);
      expect(up).toBeCloseTo(-0.1, 6);
    }
  });
});

describe("saved weights that do not fit", () => {
  const messageOf = async (act: Promise<unknown>) => {
    const error = await act.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(RlAdanError);
    return (error as RlAdanError).message;
  };

  it("are refused by an optimizer that knows its variables, and change nothing", async () => {
    const { weights, variables, optimizer } = await saved();
    const twin = pair("c", "d");
    const other = adan(tf, { learningRate: 0.1 });
    step(other, twin, 1);
    expect(await messageOf(other.setWeights(weights))).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it is of a [2], b [1,2]; the variables now are c [2], d [1,2]. Load it for the variables that it was saved with, or make a new optimizer."`,
    );
    step(other, variables, 1);
    expect(await messageOf(other.setWeights(weights))).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it is of a [2], b [1,2]; the variables now are c [2], d [1,2], a [2], b [1,2]. Load it for the variables that it was saved with, or make a new optimizer."`,
    );
    expect(other.iterations).toBe(2);
    const [before, after] = [await other.getWeights(), await optimizer.getWeights()];
    expect(before.length).toBe(2 + 4 * 4);
    expect(after.length).toBe(2 + 2 * 4);
  });

  it("are refused at the first step of one that does not", async () => {
    const { weights } = await saved();
    const loaded = async () => {
      const optimizer = adan(tf);
      await optimizer.setWeights(weights);
      return optimizer;
    };
    const others: Record<string, tf.Variable[]> = {
      names: pair("kernel", "bias"),
      more: [...pair("a_1", "b_1"), tf.variable(tf.zeros([2]), true, "c")],
      shapes: [tf.variable(tf.zeros([2]), true, "a_2"), tf.variable(tf.zeros([2]), true, "b_2")],
    };
    const at = (key: string) => messageOf(loaded().then((optimizer) => step(optimizer, others[key]!, 1)));
    expect(await at("names")).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it is of a [2], b [1,2]; the variables now are kernel [2], bias [1,2]. Load it for the variables that it was saved with, or make a new optimizer."`,
    );
    expect(await at("more")).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it is of a [2], b [1,2]; the variables now are a_1 [2], b_1 [1,2], c [2]. Load it for the variables that it was saved with, or make a new optimizer."`,
    );
    expect(await at("shapes")).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it is of a [2], b [1,2]; the variables now are a_2 [2], b_2 [2]. Load it for the variables that it was saved with, or make a new optimizer."`,
    );
  });

  it("are refused when they are another optimizer's, cut, damaged or disposed", async () => {
    const { weights } = await saved();
    const adams = tf.train.adam(0.1);
    adams.applyGradients([{ name: "a", tensor: tf.zeros([2]) }]);
    const optimizer = adan(tf);
    expect(await messageOf(optimizer.setWeights(await adams.getWeights()))).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it should begin with iter, steps; it holds iter, a/m, a/v."`,
    );
    expect(await messageOf(optimizer.setWeights([]))).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it should begin with iter, steps; it holds nothing."`,
    );
    expect(await messageOf(optimizer.setWeights(weights.slice(0, -1)))).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: it should hold m, v, n, previous_gradient of 2 variables; it holds a/m, b/m, a/v, b/v, a/n, b/n, a/previous_gradient."`,
    );
    expect(await messageOf(adamw(tf).setWeights(weights))).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer AdamW: it should hold m, n of 2 variables; it holds a/m, b/m, a/v, b/v, a/n, b/n, a/previous_gradient, b/previous_gradient."`,
    );
    const negative = { name: "steps", tensor: tf.tensor1d([-1, 3], "int32") };
    expect(
      await messageOf(optimizer.setWeights([weights[0]!, negative, ...weights.slice(2)])),
    ).toMatchInlineSnapshot(
      `"The saved state does not fit optimizer Adan: the steps or the shapes of a are damaged."`,
    );
    weights[3]!.tensor.dispose();
    expect(await messageOf(optimizer.setWeights(weights))).toMatchInlineSnapshot(
      `"The saved tensor b/m is not in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). Make the optimizer with the tf that made the variables."`,
    );
  });
});
