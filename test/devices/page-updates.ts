import { type GoldenError, repeatUpdates, type UpdateRecord } from "../../agents/ppo/golden-updates.js";
import { deviceLearner } from "../../src/device-learner.js";
import { openWebgpu } from "../../src/devices/webgpu.js";

export interface InPage {
  readonly adapter: string | null;
  readonly errors: readonly GoldenError[];
  readonly tensorsLeft: number;
}

/** What runs in the page: records repeated on the browser's own GPU. */
export async function repeatInPage(records: readonly UpdateRecord[]): Promise<InPage> {
  const device = await openWebgpu();
  const errors: GoldenError[] = [];
  for (const record of records) {
    errors.push(...(await repeatUpdates(record, deviceLearner(device), "simd")));
  }
  const tensorsLeft = device.tf.memory().numTensors;
  device.close();
  return { adapter: device.adapter, errors, tensorsLeft };
}
