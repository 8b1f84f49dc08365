import { Arena } from "../../src/kernels/arena.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { loadKernels } from "../../src/kernels/load.js";

/** One implementation of the kernels with an arena of its own. */
export interface KernelBench {
  readonly arena: Arena;
  readonly kernels: Kernels;
  /** Numbers in the arena. */
  float32(values: ArrayLike<number>): Float32Array;
}

export const KERNEL_VARIANTS = ["scalar", "simd"] as const;

export async function kernelBench(variant: (typeof KERNEL_VARIANTS)[number]): Promise<KernelBench> {
  const arena = Arena.create();
  let count = 0;
  return {
    arena,
    kernels: await loadKernels(variant, arena),
    float32(values) {
      const array = arena.allocate(`test-${count++}`, "f32", values.length);
      array.set(values);
      return array;
    },
  };
}
