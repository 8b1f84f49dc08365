import type { ParameterLayout } from "../../src/policy/network.js";

/** Of the widest layer's outputs: 8,192 samples of 1,024 units keep a GPU busy, and all that a pass holds stays under some 100 MiB. */
const LAYER_BYTES = 32 * 1024 * 1024;
/** Of devices that compute in the calling thread, what keeps it some 25 ms; other devices give it back at once. */
const PASS_OPERATIONS: Readonly<Record<string, number>> = { cpu: 1e7, wasm: 2e8 };
/** A multiplication and an addition per weight and sample, forward, for the weights' gradient and for the inputs'. */
const OPERATIONS_PER_PARAMETER = 6;

/**
 * How many samples of a minibatch a device takes at a time: gradients of several passes add up. It bounds the memory, and how long
 * the event loop is kept. The same for every run of a network on a device, as the order of sums follows from it.
 */
export function rowsPerPass(device: string, layout: ParameterLayout): number {
  const widest = Math.max(...layout.actor.map(({ outputs }) => outputs));
  const byMemory = Math.floor(LAYER_BYTES / (Float32Array.BYTES_PER_ELEMENT * widest));
  const operations = PASS_OPERATIONS[device];
  if (operations === undefined) return byMemory;
  return Math.max(1, Math.min(byMemory, Math.floor(operations / (OPERATIONS_PER_PARAMETER * layout.size))));
}
