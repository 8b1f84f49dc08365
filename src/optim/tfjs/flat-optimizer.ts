import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { StateTree } from "../../../envs/api/state.js";
import { ADAM_DEFAULTS } from "../adam.js";
import { ADAN_DEFAULTS } from "../adan.js";
import type { OptimizerOptions } from "../optimizer.js";
import { readOptions } from "../options.js";
import { methodOn, type OptimizerMethod } from "../registry.js";
import { RunningPower } from "../running-power.js";
import { restoreSnapshot, takeSnapshot } from "../snapshot.js";
import { adamwRule } from "./adam-rule.js";
import { adanRule } from "./adan-rule.js";
import { clipGradients } from "./clip-gradients.js";
import { sumOfSquares } from "./sum-of-squares.js";
import type { TensorFlow } from "./tensorflow.js";
import type { CommonOptions, UpdateRule } from "./update-rule.js";

/**
 * An optimizer of the registry on one flat tensor of a device: the rules that `rl-adan/tfjs` is made of, the state tree of the
 * optimizers on our kernels.
 */
export class FlatOptimizer {
  readonly #tf: TensorFlow;
  readonly #name: string;
  readonly #method: OptimizerMethod;
  readonly #rule: FlatRule;
  readonly #powers: readonly RunningPower[];
  readonly #size: number;
  #slots: Readonly<Record<string, Tensor1D>>;
  #step = 0;
  #isGradientForgotten = false;

  /**
   * device: as errors name it. name, options: as for `createOptimizer`. size: of the parameters.
   *
   * Throws UsageError for an unknown name or option, and for an optimizer that a user registered: it steps in place in memory.
   */
  constructor(tf: TensorFlow, device: string, name: string, options: OptimizerOptions, size: number) {
    this.#tf = tf;
    this.#name = name;
    this.#method = methodOn(device, name);
    this.#rule = flatRule(name, this.#method, options);
    this.#powers = this.#rule.betas.map((beta) => new RunningPower(beta));
    this.#size = size;
    this.#slots = this.#zeros();
  }

  get slotNames(): readonly string[] {
    return this.#rule.slotNames;
  }

  /** As `Optimizer.beginIteration`. */
  beginIteration(): void {
    const event = this.#method.atIteration;
    if (event === "forget-gradient") this.#isGradientForgotten = true;
    if (event === "restart") this.#replaceSlots(this.#zeros());
    if (event === "restart" || event === "reset-counter") this.#resetCounter();
  }

  #resetCounter(): void {
    this.#step = 0;
    for (const power of this.#powers) power.reset();
  }

  /** The parameters after a step, a new tensor [size]; those given and the gradient stay the caller's. */
  step(parameters: Tensor1D, gradient: Tensor1D, learningRate: number): Tensor1D {
    this.#step += 1;
    for (const power of this.#powers) power.advance();
    const tf = this.#tf;
    const after = tf.tidy(() => {
      const from = { slots: this.#slots, isGradientForgotten: this.#isGradientForgotten };
      const moved = this.#rule.update(tf, learningRate, this.#step, parameters, gradient, from);
      // Adan keeps the gradient itself, which is the caller's.
      const slots = Object.entries(moved.slots).map(
        ([slot, tensor]) => [slot, tensor === gradient ? tf.clone(tensor) : tensor] as const,
      );
      return { parameters: moved.variable, slots: Object.fromEntries(slots) };
    });
    this.#isGradientForgotten = false;
    this.#replaceSlots(after.slots as Record<string, Tensor1D>);
    return after.parameters as Tensor1D;
  }

  /** Of each slot, computed on the device. */
  async slotNorms(): Promise<Record<string, number>> {
    const tf = this.#tf;
    const squares = tf.tidy(() => tf.stack(Object.values(this.#slots).map((slot) => sumOfSquares(tf, slot))));
    const sums = await squares.data();
    tf.dispose(squares);
    return Object.fromEntries(this.slotNames.map((slot, k) => [slot, Math.sqrt(sums[k]!)]));
  }

  async state(): Promise<StateTree> {
    const names = Object.keys(this.#slots);
    const values = await Promise.all(Object.values(this.#slots).map((slot) => slot.data<"float32">()));
    return takeSnapshot(
      this.#step,
      this.#powers,
      Object.fromEntries(names.map((name, i) => [name, values[i]!])),
    );
  }

  /** Throws RlAdanError when the state is another optimizer's or another network's. */
  restore(state: StateTree): void {
    const arrays = Object.fromEntries(this.slotNames.map((slot) => [slot, new Float32Array(this.#size)]));
    this.#step = restoreSnapshot(this.#name, this.#powers, arrays, state);
    const slots = Object.entries(arrays).map(([slot, values]) => [slot, this.#tf.tensor1d(values)] as const);
    this.#replaceSlots(Object.fromEntries(slots));
  }

  dispose(): void {
    this.#tf.dispose(Object.values(this.#slots));
  }

  #replaceSlots(slots: Readonly<Record<string, Tensor1D>>): void {
    this.#tf.dispose(Object.values(this.#slots));
    this.#slots = slots;
  }

  #zeros(): Record<string, Tensor1D> {
    const zeros = () => this.#tf.tensor1d(new Float32Array(this.#size));
    return Object.fromEntries(this.slotNames.map((slot) => [slot, zeros()]));
  }
}

/**
 * How many tensors of the parameters' size an optimizer keeps, and how many a step holds at its peak besides the parameters, the
 * gradient and the slots of before. Throws as the constructor of `FlatOptimizer`.
 */
export function flatOptimizerTensors(device: string, name: string): { kept: number; stepping: number } {
  const { rule } = methodOn(device, name);
  return rule === "adan"
    ? { kept: adanRule.slots.length, stepping: 24 }
    : { kept: adamwRule.slots.length, stepping: 15 };
}

/** A rule with its options. */
interface FlatRule {
  readonly slotNames: readonly string[];
  readonly betas: readonly number[];
  update(
    tf: TensorFlow,
    learningRate: number,
    step: number,
    parameters: Tensor1D,
    gradient: Tensor1D,
    from: { readonly slots: Readonly<Record<string, Tensor>>; readonly isGradientForgotten: boolean },
  ): ReturnType<UpdateRule<CommonOptions>["update"]>;
}

function flatRule(name: string, { rule, options }: OptimizerMethod, given: OptimizerOptions): FlatRule {
  if (rule === "adan") {
    const { no_prox: noProx, ...read } = readOptions(name, ADAN_DEFAULTS, { ...options, ...given });
    const betas = read.betas as [number, number, number];
    return withOptions(adanRule, { ...camelCase(read), betas, noProx });
  }
  const read = readOptions(name, ADAM_DEFAULTS, { ...options, ...given });
  return withOptions(adamwRule, { ...camelCase(read), betas: read.betas as [number, number] });
}

function camelCase(read: { eps: number; weight_decay: number; max_grad_norm: number }) {
  return { eps: read.eps, weightDecay: read.weight_decay, maxGradNorm: read.max_grad_norm };
}

function withOptions<Options extends CommonOptions>(
  rule: UpdateRule<Options>,
  options: Omit<Options, "learningRate">,
): FlatRule {
  return {
    slotNames: rule.slots,
    betas: options.betas,
    update(tf, learningRate, step, parameters, gradient, { slots, isGradientForgotten }) {
      const here = { ...options, learningRate } as Options;
      const [clipped] = clipGradients(tf, [gradient], here.maxGradNorm, rule.clipEps(here));
      // No difference to the gradient before: it is this one.
      const known = isGradientForgotten ? { ...slots, previous_gradient: clipped! } : slots;
      return rule.update(tf, here, step, parameters, clipped!, known);
    },
  };
}
