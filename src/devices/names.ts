/** The devices of TensorFlow.js: the GPU through WebGPU or CUDA, and its two back ends on the CPU. */
export const TFJS_DEVICES = ["webgpu", "cuda", "wasm", "cpu"] as const;

/** What can compute the updates of a run: our own kernels, or TensorFlow.js. */
export const DEVICES = ["simd", "scalar", ...TFJS_DEVICES] as const;

export type DeviceName = (typeof DEVICES)[number];

/** Asks for the fastest; a run records the device that it came to. */
export const AUTO_DEVICE = "auto";

export type TfjsDeviceName = (typeof TFJS_DEVICES)[number];

/** Whether a device is one of TensorFlow.js: then the kernels still run the actors, and bits may differ from machine to machine. */
export function isTfjsDevice(name: string): name is TfjsDeviceName {
  return (TFJS_DEVICES as readonly string[]).includes(name);
}

/** Whether the same seed gives the same bits on every machine: a promise of our own kernels alone. */
export function promisesEqualBits(device: string): boolean {
  return !isTfjsDevice(device);
}

/** The kernels that step the policy of a run beside its learner. */
export function kernelDevice(device: string): string {
  return isTfjsDevice(device) ? "simd" : device;
}
