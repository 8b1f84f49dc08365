import { NEVER_LOST, type TfjsDevice } from "./device.js";
import { loadPackage, loadTensorFlow, useBackend } from "./packages.js";

/** All tensors are in one WebAssembly memory, which TensorFlow.js lets grow to so many pages. */
const TOTAL_BYTES = 65_535 * 65_536;

/**
 * TensorFlow.js's WebAssembly back end; under Node it has one thread.
 *
 * path: where its .wasm files are, ending in a slash; needed in a page, while Node finds them in the package.
 * Throws DeviceAbsentError without the packages.
 */
export async function openWasm(path?: string): Promise<TfjsDevice> {
  const tf = await loadTensorFlow("wasm");
  const backend = await loadPackage(
    "wasm",
    "@tensorflow/tfjs-backend-wasm",
    () => import("@tensorflow/tfjs-backend-wasm"),
  );
  if (path !== undefined) backend.setWasmPaths(path);
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
