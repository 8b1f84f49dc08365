import type { NamedTensorMap, Optimizer, Scalar, serialization, Variable } from "@tensorflow/tfjs";
import { UsageError } from "../../errors.js";
import { readOptions } from "../options.js";
import { clipGradients } from "./clip-gradients.js";
import { type GradientPair, gradientPairs } from "./gradient-pairs.js";
import { NamedStates } from "./named-states.js";
import { readWeights } from "./saved-weights.js";
import { absent, isAlive, type NamedTensor, type TensorFlow } from "./tensorflow.js";
import type { CommonOptions, UpdateRule } from "./update-rule.js";

/** A tf.Optimizer whose state is keyed by the names of the variables. */
export interface MomentOptimizer extends Optimizer {
  /** May be set between steps. */
  learningRate: number;
  /** The next step is a first step: moments and counters start anew. */
  restart(): void;
  /** The bias corrections start anew, the moments stay: Adam-Rel's event, for when the objective changes. */
  resetCounter(): void;
}

export interface MomentOptimizerClass<Options> {
  new (options?: Partial<Options>): MomentOptimizer;
  readonly className: string;
  readonly fromConfig: serialization.FromConfigMethod<MomentOptimizer>;
}

/** The rule as a subclass of this tf's Optimizer. */
export function optimizerClass<Options extends CommonOptions>(
  tf: TensorFlow,
  rule: UpdateRule<Options>,
): MomentOptimizerClass<Options> {
  const { className } = rule;

  return class extends tf.Optimizer implements MomentOptimizer {
    readonly #states = new NamedStates(tf, className, rule.slots);
    #options: Options;

    static get className(): string {
      return className;
    }

    static override fromConfig<T extends serialization.Serializable>(
      cls: serialization.SerializableConstructor<T>,
      config: serialization.ConfigDict,
    ): T {
      // tfjs-layers adds `customObjects` to what was saved.
      const { customObjects: _, ...options } = config;
      return new cls(options);
    }

    constructor(options: Partial<Options> = {}) {
      super();
      if (typeof options !== "object" || options === null) {
        throw new UsageError(
          "optimizer-option",
          `Optimizer ${className} takes its options as an object, like { learningRate: 0.001 }; got ${options}.`,
        );
      }
      this.#options = readOptions<Options>(className, rule.defaults, options);
    }

    get learningRate(): number {
      return this.#options.learningRate;
    }

    set learningRate(learningRate: number) {
      this.#options = readOptions<Options>(className, this.#options, { learningRate });
    }

    /** Throws RlAdanError when a variable or the loss is not in this tf's engine. */
    override computeGradients(
      f: () => Scalar,
      varList?: Variable[],
    ): { value: Scalar; grads: NamedTensorMap } {
      const present = tf.engine().registeredVariables;
      for (const variable of varList ?? []) {
        if (present[variable.name] !== variable) throw absent(`Variable ${variable.name} is not`);
      }
      if (!Object.values(present).some(({ trainable }) => trainable)) {
        throw absent("There is no trainable variable");
      }
      const checked = () => {
        const loss = f();
        if (loss?.dataId !== undefined && !isAlive(tf, loss)) throw absent("The loss is not");
        return loss;
      };
      return super.computeGradients(checked, varList);
    }

    /**
     * One step. A variable whose gradient is null keeps its value and its state.
     *
     * Throws RlAdanError when all gradients are null, when a variable or a gradient is not in this tf's engine, and when
     * shapes differ.
     */
    override applyGradients(variableGradients: NamedTensorMap | NamedTensor[]): void {
      const pairs = gradientPairs(tf, className, variableGradients);
      this.#states.meet(pairs.map(({ variable }) => variable));
      const options = this.#optionsHere();
      tf.tidy(() => {
        const gradients = pairs.map(({ gradient }) => gradient);
        const clipped = clipGradients(tf, gradients, options.maxGradNorm, rule.clipEps(options));
        pairs.forEach(({ variable }, i) => {
          tf.tidy(() => this.#step({ variable, gradient: clipped[i]! }, options));
        });
      });
      this.incrementIterations();
    }

    restart(): void {
      this.#states.resetCounters();
      this.#states.resetSlots();
    }

    resetCounter(): void {
      this.#states.resetCounters();
    }

    /** `iter` and `steps`, new tensors for the caller to dispose; then the live slots. */
    override async getWeights(): Promise<NamedTensor[]> {
      return [await this.saveIterations(), ...this.#states.list()];
    }

    /**
     * Takes what `getWeights` gave; the tensors stay the caller's.
     *
     * Throws RlAdanError, and changes nothing, when it is from another kind of optimizer or of other variables. What an
     * optimizer that has not stepped yet is to step, it learns at its next step only, which then throws.
     */
    override async setWeights(weightValues: NamedTensor[]): Promise<void> {
      for (const { name, tensor } of weightValues) {
        if (!isAlive(tf, tensor)) throw absent(`The saved tensor ${name} is not`);
      }
      const { iterations, states } = await readWeights(className, rule.slots, weightValues);
      this.#states.load(states);
      this.iterations_ = iterations;
    }

    /** The constructor's argument, with the learning rate as it is now. */
    override getConfig(): serialization.ConfigDict {
      return { ...this.#options, betas: [...this.#options.betas] };
    }

    override dispose(): void {
      super.dispose();
      this.#states.clear();
    }

    #step({ variable, gradient }: GradientPair, options: Options): void {
      const state = this.#states.of(variable);
      const step = state.step + 1;
      const after = rule.update(tf, options, step, variable, gradient, state.slots);
      for (const slot of rule.slots) state.slots[slot]!.assign(after.slots[slot]!);
      variable.assign(after.variable);
      state.step = step;
    }

    /** A back end that computes in 16 bits (WebGL on some phones) takes 1e-8 for 0: there eps is at least its own, 1e-4. */
    #optionsHere(): Options {
      const backend = tf.backend();
      if (backend.floatPrecision() === 32) return this.#options;
      return { ...this.#options, eps: Math.max(this.#options.eps, backend.epsilon()) };
    }
  };
}
