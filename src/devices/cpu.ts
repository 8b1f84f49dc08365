import { NEVER_LOST, type TfjsDevice } from "./device.js";
import { loadTensorFlow, quietly, useBackend } from "./packages.js";

/** TensorFlow.js's plain JavaScript back end: slow, and in no need of anything. Throws DeviceAbsentError without the package. */
export async function openCpu(): Promise<TfjsDevice> {
  const tf = await loadTensorFlow("cpu");
  await useBackend("cpu", tf, "cpu");
  // Under Node the first tensor of this back end brings ten lines in praise of tfjs-node.
  await quietly(tf, () => tf.scalar(0).dispose());
  return {
    name: "cpu",
    tf,
    adapter: null,
    isSoftwareGpu: false,
    limits: {},
    lost: NEVER_LOST,
    close() {},
  };
}
