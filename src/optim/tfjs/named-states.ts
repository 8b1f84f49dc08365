import type { Tensor, Variable } from "@tensorflow/tfjs";
import { RlAdanError } from "../../errors.js";
import {
  isSameShape,
  listSlots,
  otherVariables,
  renameStates,
  type Shaped,
  type States,
  shapesOf,
  type VariableState,
} from "./saved-weights.js";
import type { NamedTensor, TensorFlow } from "./tensorflow.js";

/** What an optimizer keeps, by the names of the variables; it owns the slots. */
export class NamedStates {
  #states = new Map<string, VariableState<Variable>>();
  /** Loaded, and still to meet the variables that they are of. */
  #isPending = false;

  constructor(
    readonly tf: TensorFlow,
    readonly optimizer: string,
    readonly slotNames: readonly string[],
  ) {}

  /** Of a variable that `meet` has seen. */
  of(variable: Variable): VariableState<Variable> {
    return this.#states.get(variable.name)!;
  }

  /** Makes the states of variables that are new. Throws RlAdanError when loaded states are of other variables. */
  meet(variables: readonly Variable[]): void {
    if (this.#isPending) this.#states = renameStates(this.optimizer, this.#states, variables);
    this.#isPending = false;
    const shapes = new Map(shapesOf(this.#states).map(({ name, shape }) => [name, shape]));
    for (const variable of variables) {
      const shape = shapes.get(variable.name);
      if (shape === undefined) this.#states.set(variable.name, this.#zeros(variable));
      else if (!isSameShape(shape, variable.shape)) throw this.#reshaped(variable, shape);
    }
  }

  resetCounters(): void {
    for (const state of this.#states.values()) state.step = 0;
  }

  resetSlots(): void {
    this.tf.tidy(() => {
      for (const slot of this.#slots()) slot.assign(this.tf.zerosLike(slot));
    });
  }

  /** `steps`, a new tensor; then the live slots. */
  list(): NamedTensor[] {
    const steps = [...this.#states.values()].map(({ step }) => step);
    return [
      { name: "steps", tensor: this.tf.tensor1d(steps, "int32") },
      ...listSlots(this.slotNames, this.#states),
    ];
  }

  /** Copies saved states. Throws RlAdanError, and changes nothing, when variables are known and the states are of others. */
  load(saved: States): void {
    const isKnown = this.#states.size > 0 && !this.#isPending;
    const states = isKnown && saved.size > 0 ? this.#renamed(saved) : saved;
    const live = [...states].map(([name, { step, slots }]) => {
      const own = Object.entries(slots).map(([slot, tensor]) => [slot, this.tf.variable(tensor, false)]);
      return [name, { step, slots: Object.fromEntries(own) as Record<string, Variable> }] as const;
    });
    this.clear();
    this.#states = new Map(live);
    this.#isPending = !isKnown && saved.size > 0;
  }

  clear(): void {
    this.tf.dispose(this.#slots());
    this.#states.clear();
    this.#isPending = false;
  }

  #slots(): Variable[] {
    return [...this.#states.values()].flatMap(({ slots }) => Object.values(slots));
  }

  #zeros(variable: Variable): VariableState<Variable> {
    const slots = this.slotNames.map((slot) => [
      slot,
      this.tf.tidy(() => this.tf.variable(this.tf.zerosLike(variable), false)),
    ]);
    return { step: 0, slots: Object.fromEntries(slots) as Record<string, Variable> };
  }

  #renamed(saved: States): States {
    const known = shapesOf(this.#states);
    if (known.length !== saved.size) throw otherVariables(this.optimizer, shapesOf(saved), known);
    return renameStates<Tensor>(this.optimizer, saved, known);
  }

  #reshaped({ name, shape }: Shaped, known: readonly number[]): RlAdanError {
    return new RlAdanError(
      "tfjs-variable",
      `Variable ${name} is [${shape}], but optimizer ${this.optimizer} has stepped one of that name that was ` +
        `[${known}]: give each its own optimizer.`,
    );
  }
}
