import type { NamedTensorMap, Tensor, Variable } from "@tensorflow/tfjs";
import { RlAdanError } from "../../errors.js";
import { isSameShape } from "./saved-weights.js";
import { absent, isAlive, type NamedTensor, type TensorFlow } from "./tensorflow.js";

/** A variable and its gradient. */
export interface GradientPair {
  readonly variable: Variable;
  readonly gradient: Tensor;
}

/**
 * Both shapes that `applyGradients` takes, as pairs; variables whose gradient is null are left out.
 *
 * Throws RlAdanError when all are null, when a variable or a gradient is not in this tf's engine, or when their shapes
 * differ.
 */
export function gradientPairs(
  tf: TensorFlow,
  optimizer: string,
  given: NamedTensorMap | NamedTensor[],
): GradientPair[] {
  // Null or undefined against the declared type: a variable that the loss does not depend on, or a frozen one.
  const entries: [string, Tensor | null | undefined][] = Array.isArray(given)
    ? given.map(({ name, tensor }) => [name, tensor])
    : Object.entries(given);
  const pairs = entries.flatMap(([name, gradient]) =>
    gradient == null ? [] : [checkedPair(tf, name, gradient)],
  );
  if (pairs.length > 0) return pairs;
  const names = entries.map(([name]) => name).join(", ");
  throw new RlAdanError(
    "tfjs-gradient",
    `Optimizer ${optimizer} was given no gradient${names && `: null for ${names}`}. Is the loss computed from the variables?`,
  );
}

function checkedPair(tf: TensorFlow, name: string, gradient: Tensor): GradientPair {
  const variable = tf.engine().registeredVariables[name];
  if (variable === undefined) throw absent(`Variable ${name} is not`);
  if (!isAlive(tf, gradient)) throw absent(`The gradient of ${name} is not`);
  if (!isSameShape(gradient.shape, variable.shape)) {
    throw new RlAdanError(
      "tfjs-gradient",
      `The gradient of ${name} should be [${variable.shape}] like the variable, it is [${gradient.shape}].`,
    );
  }
  return { variable, gradient };
}
