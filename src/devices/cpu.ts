import { NEVER_LOST, type TensorFlow, type TfjsDevice } from "./device.js";
import { loadTensorFlow, useBackend } from "./packages.js";

/** TensorFlow.js's plain JavaScript back end: slow, and in no need of anything. Throws DeviceAbsentError without the package. */
export async function openCpu(): Promise<TfjsDevice> {
  const tf = await loadTensorFlow("cpu");
  await useBackend("cpu", tf, "cpu");
  skipAdvertisement(tf);
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

/** Under Node the first tensor of this back end prints ten lines in praise of tfjs-node, unless in production mode. */
function skipAdvertisement(tf: TensorFlow): void {
  const isProduction = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  tf.scalar(0).dispose();
  tf.env().set("PROD", isProduction);
}
