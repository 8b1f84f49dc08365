import { UsageError } from "../errors.js";
import type { Arena } from "./arena.js";
import type { Kernels } from "./kernels.js";
import { scalarKernels } from "./scalar-kernels.js";
import { loadSimdKernels } from "./simd-kernels.js";

/** The kernels of a device on this arena: "simd", or its scalar twin, which gives the same bits without SIMD. */
export async function loadKernels(device: string, arena: Arena): Promise<Kernels> {
  if (device === "simd") return loadSimdKernels(arena);
  if (device === "scalar") return scalarKernels;
  throw new UsageError("device-unknown", `There is no device "${device}"; there are simd and scalar.`);
}
