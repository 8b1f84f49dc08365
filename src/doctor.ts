import { type DeviceName, isTfjsDevice, promisesEqualBits } from "./devices/names.js";
import { openDevice } from "./devices/open-node.js";
import { DeviceAbsentError } from "./devices/packages.js";
import { supportsSimd } from "./kernels/simd-kernels.js";

/** What a device is on this machine. */
export interface DeviceReport {
  readonly device: DeviceName;
  readonly what: string;
  readonly isPresent: boolean;
  /** Why not, and how to get it; null when it is present. */
  readonly whyNot: string | null;
  /** What the GPU calls itself; null without one. */
  readonly adapter: string | null;
  /** Whether the same seed gives the same bits everywhere. */
  readonly equalBits: boolean;
}

const WHAT: Readonly<Record<DeviceName, string>> = {
  simd: "our kernels, WebAssembly SIMD; the default",
  scalar: "our kernels without SIMD",
  webgpu: "TensorFlow.js on the GPU, through WebGPU",
  cuda: "TensorFlow.js on an NVIDIA GPU, through CUDA",
  wasm: "TensorFlow.js, WebAssembly",
  cpu: "TensorFlow.js, plain JavaScript",
};

/** Opens devices in turn, and closes them again. */
export async function reportDevices(devices: readonly DeviceName[]): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of devices) reports.push(await reportDevice(device));
  return reports;
}

async function reportDevice(device: DeviceName): Promise<DeviceReport> {
  const facts = { device, what: WHAT[device], equalBits: promisesEqualBits(device) };
  try {
    return { ...facts, isPresent: true, whyNot: null, adapter: await adapterOf(device) };
  } catch (error) {
    if (!(error instanceof DeviceAbsentError)) throw error;
    return { ...facts, isPresent: false, whyNot: error.why, adapter: null };
  }
}

async function adapterOf(name: DeviceName): Promise<string | null> {
  if (name === "simd" && !supportsSimd()) {
    throw new DeviceAbsentError(
      name,
      "this engine has no WebAssembly SIMD, or no shared memory; use scalar.",
    );
  }
  if (!isTfjsDevice(name)) return null;
  const device = await openDevice(name);
  device.close();
  return device.adapter;
}
