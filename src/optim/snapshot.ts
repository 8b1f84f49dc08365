import type { FloatArray } from "../../envs/api/space.js";
import { RlAdanError } from "../errors.js";

/** What the built-in optimizers save: the step counter, the running powers of the betas, the slots. */
export interface OptimizerSnapshot {
  readonly step: number;
  readonly powers: readonly number[];
  readonly slots: Readonly<Record<string, FloatArray>>;
}

/** Copies saved slots back. Throws when a slot is missing or of another length (another optimizer's, another network's). */
export function restoreSlots(
  name: string,
  slots: Readonly<Record<string, FloatArray>>,
  snapshot: OptimizerSnapshot,
): void {
  for (const [slot, values] of Object.entries(slots)) {
    const saved = snapshot.slots[slot];
    if (saved === undefined || saved.length !== values.length) {
      throw new RlAdanError(
        "optimizer-state",
        `The saved state does not fit optimizer ${name}: slot ${slot} should hold ${values.length} numbers, ` +
          `it holds ${saved === undefined ? "none" : saved.length}.`,
      );
    }
    values.set(saved);
  }
}
