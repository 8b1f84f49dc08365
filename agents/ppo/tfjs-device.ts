import type * as tfjs from "@tensorflow/tfjs";
import type { DeviceLimits } from "../../src/devices/device.js";
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

/** What the learner uses of a device: a TensorFlow.js whose current back end it is. */
export interface LearnerDevice {
  /** `webgpu`, `cuda`, `wasm` or `cpu`. */
  readonly name: string;
  readonly tf: LearnerTensorFlow;
  /** Where known: what a learner that needs more is refused for. */
  readonly limits?: DeviceLimits;
}
