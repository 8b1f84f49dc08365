import type * as tfjs from "@tensorflow/tfjs";
import { RlAdanError } from "../../errors.js";

/** What the optimizers use of a TensorFlow.js namespace: that of `@tensorflow/tfjs`, `tfjs-node` or `tfjs-node-gpu`. */
export type TensorFlow = Pick<
  typeof tfjs,
  | "Optimizer"
  | "add"
  | "addN"
  | "backend"
  | "clone"
  | "dispose"
  | "div"
  | "engine"
  | "minimum"
  | "mul"
  | "pad"
  | "reshape"
  | "serialization"
  | "sqrt"
  | "square"
  | "stack"
  | "sub"
  | "sum"
  | "tensor1d"
  | "tidy"
  | "variable"
  | "zerosLike"
>;

/** TensorFlow.js's own type of that name, which it does not export. */
export type NamedTensor = Awaited<ReturnType<tfjs.Optimizer["getWeights"]>>[number];

/** Whether this tf's engine holds the tensor; it holds neither a disposed one nor one of another engine. */
export function isAlive(tf: TensorFlow, tensor: tfjs.Tensor): boolean {
  return !tensor.isDisposed && tf.engine().state.tensorInfo.has(tensor.dataId);
}

/** An error that begins like "Variable w is not" or "There is no variable". */
export function absent(beginning: string): RlAdanError {
  return new RlAdanError(
    "tfjs-absent",
    `${beginning} in the TensorFlow.js that the optimizer was made with (disposed, or of another copy). ` +
      "Make the optimizer with the tf that made the variables.",
  );
}
