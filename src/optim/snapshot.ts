import type { FloatArray } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import { RlAdanError } from "../errors.js";
import type { RunningPower } from "./running-power.js";

/** What the built-in optimizers save: the step counter, the running powers of the betas, the slots. */
interface OptimizerSnapshot {
  readonly step: number;
  readonly powers: readonly number[];
  readonly slots: Readonly<Record<string, FloatArray>>;
}

/** What an optimizer has to save. Slots are copied, so that a state never changes behind its holder's back. */
export function takeSnapshot(
  step: number,
  powers: readonly RunningPower[],
  slots: Readonly<Record<string, FloatArray>>,
): StateTree {
  return {
    step,
    powers: powers.map((power) => power.value),
    slots: Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, values.slice()])),
  };
}

/** Puts powers and slots back; returns the step counter. Throws when a slot is missing or of another length. */
export function restoreSnapshot(
  name: string,
  powers: readonly RunningPower[],
  slots: Readonly<Record<string, FloatArray>>,
  state: StateTree,
): number {
  const snapshot = state as unknown as OptimizerSnapshot;
  restoreSlots(name, slots, snapshot);
  powers.forEach((power, i) => {
    power.value = snapshot.powers[i]!;
  });
  return snapshot.step;
}

/** Copies saved slots back. Throws when a slot is missing or of another length (another optimizer's, another network's). */
function restoreSlots(
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
