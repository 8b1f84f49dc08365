import { UsageError } from "../errors.js";
import type { Arena } from "./arena.js";
import type { Kernels } from "./kernels.js";
import { scalarKernels } from "./scalar-kernels.js";
import { loadSimdKernels } from "./simd-kernels.js";

/** The kernels of a device on this arena: "simd", or its scalar twin, which gives the same bits without SIMD. */
export async function loadKernels(device: string, arena: Arena): Promise<Kernels> {
  if (device === "simd") return loadSimdKernels(arena);
  if (device === "scalar") return scalarKernels;
  const auto = device === "auto" ? " auto chooses only as a run begins: name the run's device." : "";
  throw new UsageError("device-unknown", `"${device}" is none of our kernels, simd and scalar.${auto}`);
}
