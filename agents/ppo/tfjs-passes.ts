import type { ParameterLayout } from "../../src/policy/network.js";

/** Of the widest layer's outputs: 8,192 samples of 1,024 units keep a GPU busy, and all that a pass holds stays under some 100 MiB. */
const LAYER_BYTES = 32 * 1024 * 1024;
/** Of devices that compute in the calling thread, what keeps it some 25 ms; other devices give it back at once. */
const PRODUCT_OPERATIONS: Readonly<Record<string, number>> = { cpu: 2e7, wasm: 4e8 };

/**
 * How many samples of a minibatch a device takes at a time: gradients of several passes add up. It bounds the memory, and how long
 * one product of matrices keeps the event loop. The same for every run of a network on a device, as the order of sums follows.
 */
export function rowsPerPass(device: string, { actor }: ParameterLayout): number {
  const widest = Math.max(...actor.map(({ outputs }) => outputs));
  const byMemory = Math.floor(LAYER_BYTES / (Float32Array.BYTES_PER_ELEMENT * widest));
  const operations = PRODUCT_OPERATIONS[device];
  if (operations === undefined) return byMemory;
  const largest = Math.max(...actor.map(({ inputs, outputs }) => inputs * outputs));
  return Math.max(1, Math.min(byMemory, Math.floor(operations / (2 * largest))));
}
