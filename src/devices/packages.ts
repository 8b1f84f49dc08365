import { UsageError } from "../errors.js";
import type { TensorFlowNamespace } from "./device.js";
import type { TfjsDeviceName } from "./names.js";

/** What installs the packages of each device; none of them comes with rl-adan. */
const INSTALL: Readonly<Record<TfjsDeviceName, string>> = {
  webgpu: "npm install @tensorflow/tfjs @tensorflow/tfjs-backend-webgpu webgpu",
  cuda: "npm install @tensorflow/tfjs-node-gpu (it downloads binaries from storage.googleapis.com while it installs, and needs Node 22 at most, CUDA 11.2 and cuDNN 8.1)",
  wasm: "npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm",
  cpu: "npm install @tensorflow/tfjs",
};

/** What npm install leaves as it is: a package whose install script was skipped, or failed. */
const REPAIR: Partial<Record<TfjsDeviceName, string>> = {
  cuda: "run its installation, which downloads binaries, with: npm rebuild @tensorflow/tfjs-node-gpu",
};

/** A device that can't be had here: the message says why, and how to get it. Asking again changes nothing: a usage error. */
export class DeviceAbsentError extends UsageError {
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
      : `the package ${name} can't be loaded: ${firstLine(message)}; ${REPAIR[device] ?? `install it again with: ${INSTALL[device]}`}`;
    throw new DeviceAbsentError(device, why, { cause });
  }
}

export function loadTensorFlow(device: TfjsDeviceName): Promise<TensorFlowNamespace> {
  return loadPackage(device, "@tensorflow/tfjs", () => import("@tensorflow/tfjs"));
}

/** Makes a back end the current one. Throws DeviceAbsentError when this tf does not know it, or it does not start. */
export async function useBackend(
  device: TfjsDeviceName,
  tf: TensorFlowNamespace,
  backend: string,
): Promise<void> {
  const create = tf.findBackendFactory(backend);
  if (create === null) {
    throw new DeviceAbsentError(
      device,
      `TensorFlow.js ${tf.version_core} has no back end "${backend}". ` +
        "If there are two versions of TensorFlow.js (npm ls @tensorflow/tfjs-core), keep one.",
    );
  }
  if (await quietly(tf, () => tf.setBackend(backend))) return;
  // It keeps the reason to itself, so it is asked for it once more.
  await orAbsent(device, `TensorFlow.js's back end "${backend}" did not start`, create);
  throw new DeviceAbsentError(device, `TensorFlow.js's back end "${backend}" did not start.`);
}

/** Whatever `work` fails with is told as a DeviceAbsentError, in one line: `what`, a colon and the failure. */
export async function orAbsent<T>(
  device: TfjsDeviceName,
  what: string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DeviceAbsentError) throw cause;
    throw new DeviceAbsentError(device, `${what}: ${firstLine((cause as Error).message)}`, { cause });
  }
}

/** Does something without TensorFlow.js printing what it thinks of it: in production mode. */
export async function quietly<T>(tf: TensorFlowNamespace, work: () => T | Promise<T>): Promise<T> {
  const isProduction = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  try {
    return await work();
  } finally {
    tf.env().set("PROD", isProduction);
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.replace(/\.$/, "");
}
