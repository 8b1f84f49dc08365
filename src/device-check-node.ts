import { repeatUpdates, type UpdateRecord } from "../agents/ppo/golden-updates.js";
import { kernelLearner } from "../agents/ppo/kernel-learner.js";
import { deviceLearner } from "./device-learner.js";
import { isTfjsDevice, kernelDevice } from "./devices/names.js";
import { openDevice } from "./devices/open-node.js";
import { describeDiskError } from "./disk-errors-node.js";
import { RlAdanError } from "./errors.js";
import { readLimitedFile } from "./limited-file-node.js";

/** A quantity where it was the farthest from a record, against what is allowed there. */
export interface QuantityCheck {
  /** `parameters`, `advantages`, `loss`, `m`, … */
  readonly quantity: string;
  readonly error: number;
  readonly tolerance: number;
  readonly isWithin: boolean;
  /** The record's name. */
  readonly record: string;
}

export interface DeviceCheck {
  readonly device: string;
  readonly records: number;
  readonly adapter: string | null;
  readonly quantities: readonly QuantityCheck[];
  readonly isWithin: boolean;
}

/**
 * What a device may be off by, times what a record allows in float32. WGSL asks less of a GPU than IEEE 754: exp may be wrong by
 * 3 + 2|x| units in the last place and a division by 2.5, where float32 has half a unit; tanh is made of both.
 */
const TOLERANCE_FACTORS: Readonly<Record<string, number>> = { webgpu: 10 };

/** A few times the file's size. */
const MAX_RECORDS_BYTES = 4 << 20;

/** Reads recorded updates. Throws RlAdanError when the file is not there or holds none. */
export function readUpdateRecords(path: string): readonly UpdateRecord[] {
  const text = describeDiskError(path, () => readLimitedFile(path, MAX_RECORDS_BYTES)).toString("utf8");
  try {
    const { records } = JSON.parse(text) as { records: readonly UpdateRecord[] };
    if (Array.isArray(records) && records.length > 0) return records;
  } catch {
    // Said below.
  }
  throw new RlAdanError("records", `${path} holds no recorded updates.`);
}

/** Repeats recorded updates on a device. Throws DeviceAbsentError when it is not to be had. */
export async function checkDevice(name: string, records: readonly UpdateRecord[]): Promise<DeviceCheck> {
  const device = isTfjsDevice(name) ? await openDevice(name) : undefined;
  const learner = device === undefined ? kernelLearner({ device: name }) : deviceLearner(device);
  const factor = TOLERANCE_FACTORS[name] ?? 1;
  const worst = new Map<string, QuantityCheck>();
  try {
    for (const record of records) {
      for (const found of await repeatUpdates(record, learner, kernelDevice(name))) {
        const { quantity, error } = found;
        const tolerance = factor * found.tolerance;
        const check = { quantity, error, tolerance, isWithin: error <= tolerance, record: record.name };
        if (isWorse(check, worst.get(quantity))) worst.set(quantity, check);
      }
    }
  } finally {
    device?.close();
  }
  const quantities = [...worst.values()];
  return {
    device: name,
    records: records.length,
    adapter: device?.adapter ?? null,
    quantities,
    isWithin: quantities.every(({ isWithin }) => isWithin),
  };
}

function isWorse(check: QuantityCheck, than: QuantityCheck | undefined): boolean {
  if (than === undefined || check.isWithin !== than.isWithin) return than?.isWithin ?? true;
  return check.error * than.tolerance > than.error * check.tolerance;
}
