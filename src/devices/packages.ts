import { RlAdanError } from "../errors.js";
import type { TensorFlow } from "./device.js";
import type { TfjsDeviceName } from "./names.js";

/** What installs the packages of each device; none of them comes with rl-adan. */
export const INSTALL: Readonly<Record<TfjsDeviceName, string>> = {
  webgpu: "npm install @tensorflow/tfjs @tensorflow/tfjs-backend-webgpu webgpu",
  cuda: "npm install @tensorflow/tfjs-node-gpu (it downloads binaries while it installs, and needs Node 22 at most, CUDA 11.2 and cuDNN 8.1)",
  wasm: "npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm",
  cpu: "npm install @tensorflow/tfjs",
};

/** A device that can't be had here: the message says why, and how to get it. */
export class DeviceAbsentError extends RlAdanError {
  constructor(
    device: string,
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super("device-absent", `Device ${device} is not to be had: ${why}`, options);
  }
}

/** Loads a device's package when it is first used. Throws DeviceAbsentError when it is not installed, or does not load. */
export async function loadPackage<T>(
  device: TfjsDeviceName,
  name: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes(name);
    const why = isMissing
      ? `the package ${name} is not installed; install it with: ${INSTALL[device]}`
      : `the package ${name} can't be loaded: ${firstLine(message)}`;
    throw new DeviceAbsentError(device, why, { cause });
  }
}

export function loadTensorFlow(device: TfjsDeviceName): Promise<TensorFlow> {
  return loadPackage(device, "@tensorflow/tfjs", () => import("@tensorflow/tfjs"));
}

/** Makes a back end the current one. Throws DeviceAbsentError when this tf does not know it, or it does not start. */
export async function useBackend(device: TfjsDeviceName, tf: TensorFlow, backend: string): Promise<void> {
  let isSet = false;
  let failure = "";
  try {
    isSet = await tf.setBackend(backend);
  } catch (cause) {
    failure = ` (${firstLine((cause as Error).message)})`;
  }
  if (isSet) return;
  const why =
    `TensorFlow.js ${tf.version_core} has no back end "${backend}" that starts${failure}. ` +
    "If there are two versions of TensorFlow.js (npm ls @tensorflow/tfjs-core), keep one.";
  throw new DeviceAbsentError(device, why);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}
