import { NEVER_LOST, type TfjsDevice } from "./device.js";
import { loadPackage, loadTensorFlow, useBackend } from "./packages.js";

/** All tensors are in one WebAssembly memory, which TensorFlow.js lets grow to so many pages. */
const TOTAL_BYTES = 65_535 * 65_536;

/** TensorFlow.js's WebAssembly back end; under Node it has one thread. Throws DeviceAbsentError without the packages. */
export async function openWasm(): Promise<TfjsDevice> {
  const tf = await loadTensorFlow("wasm");
  await loadPackage("wasm", "@tensorflow/tfjs-backend-wasm", () => import("@tensorflow/tfjs-backend-wasm"));
  await useBackend("wasm", tf, "wasm");
  return {
    name: "wasm",
    tf,
    adapter: null,
    isSoftwareGpu: false,
    limits: { totalBytes: TOTAL_BYTES },
    lost: NEVER_LOST,
    close() {},
  };
}
