import { anyState, float32s, float64s, numbers, readState, wholeNumber } from "../../envs/api/saved-state.js";
import type { FloatArray } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import type { RunningPower } from "./running-power.js";

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
  const saved = readState(`optimizer ${name}`, state, {
    step: wholeNumber,
    powers: numbers(powers.length),
    slots: anyState,
  });
  restoreSlots(name, slots, saved.slots);
  powers.forEach((power, i) => {
    power.value = saved.powers[i]!;
  });
  return saved.step;
}

/** Copies saved slots back. Throws when a slot is missing or of another length (another optimizer's, another network's). */
function restoreSlots(name: string, slots: Readonly<Record<string, FloatArray>>, state: StateTree): void {
  const fields = Object.entries(slots).map(([slot, values]) => {
    const field = values instanceof Float32Array ? float32s(values.length) : float64s(values.length);
    return [slot, field] as const;
  });
  const saved = readState(`the slots of optimizer ${name}`, state, Object.fromEntries(fields));
  for (const [slot, values] of Object.entries(slots)) values.set(saved[slot] as FloatArray);
}
