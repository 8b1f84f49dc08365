import { it } from "vitest";
import type { TfjsDevice } from "../../src/devices/device.js";
import { missingGpu } from "./software-gpu.js";

const missing = missingGpu();

/** A test that needs the GPU in software; where that can't be had its name says that it was skipped, and why. */
export function gpuTest(title: string, test: () => Promise<void>): void {
  if (missing === undefined) it(title, test);
  else it.skip(`${title} (skipped: ${missing})`, test);
}

/** The GPUDevice behind an open device `webgpu`. */
export function gpuOf({ tf }: Pick<TfjsDevice, "tf">): GPUDevice {
  return (tf.backend() as unknown as { readonly device: GPUDevice }).device;
}
