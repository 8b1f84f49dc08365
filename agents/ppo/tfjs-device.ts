import type * as tfjs from "@tensorflow/tfjs";
import type { TensorFlow } from "../../src/optim/tfjs/tensorflow.js";

/** What the learner uses of a TensorFlow.js namespace, beside what the optimizers do. */
export type LearnerTensorFlow = TensorFlow &
  Pick<
    typeof tfjs,
    | "abs"
    | "cast"
    | "clipByValue"
    | "concat"
    | "equal"
    | "exp"
    | "fused"
    | "gather"
    | "greater"
    | "lessEqual"
    | "logSoftmax"
    | "matMul"
    | "maximum"
    | "relu"
    | "slice"
    | "step"
    | "tanh"
    | "tensor2d"
    | "transpose"
    | "where"
  >;

/** A TensorFlow.js whose current back end is the device. */
export interface TfjsDevice {
  /** `webgpu`, `cuda`, `wasm` or `cpu`. */
  readonly name: string;
  readonly tf: LearnerTensorFlow;
  /** Where known: what a learner that needs more is refused for. */
  readonly limits?: {
    /** Of the largest tensor. */
    readonly tensorBytes?: number;
    /** Of all tensors together. */
    readonly totalBytes?: number;
  };
}
