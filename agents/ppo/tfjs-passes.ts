import type { ParameterLayout } from "../../src/policy/network.js";

/** Of the widest layer's outputs: 8,192 samples of 1,024 units keep a GPU busy, and all that a pass holds stays under some 100 MiB. */
const LAYER_BYTES = 32 * 1024 * 1024;
/** Of devices that compute in the calling thread, what keeps it some 25 ms each; other devices give it back at once. */
const BLOCKING: Readonly<Record<string, { readonly product: number; readonly gathered: number }>> = {
  cpu: { product: 2e7, gathered: 3e5 },
  wasm: { product: 4e8, gathered: 3e5 },
};

/**
 * How many samples of a minibatch a device takes at a time: gradients of several passes add up. It bounds the memory, and how long
 * one product of matrices (in operations) or the observations gathered for it (in numbers) keep the event loop. The same for every run of a network on a device, as the order of sums follows.
 */
export function rowsPerPass(device: string, { actor }: ParameterLayout): number {
  const widest = Math.max(...actor.map(({ outputs }) => outputs));
  const byMemory = Math.floor(LAYER_BYTES / (Float32Array.BYTES_PER_ELEMENT * widest));
  const blocking = BLOCKING[device];
  if (blocking === undefined) return byMemory;
  const largest = Math.max(...actor.map(({ inputs, outputs }) => inputs * outputs));
  const byProduct = Math.floor(blocking.product / (2 * largest));
  const byObservations = Math.floor(blocking.gathered / actor[0]!.inputs);
  return Math.max(1, Math.min(byMemory, byProduct, byObservations));
}
