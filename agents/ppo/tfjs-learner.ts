import type { Tensor1D } from "@tensorflow/tfjs";
import type { StateTree } from "../../envs/api/state.js";
import { RlAdanError } from "../../src/errors.js";
import { TORCH_CLIP_EPS } from "../../src/optim/clip.js";
import { clipFactor } from "../../src/optim/tfjs/clip-gradients.js";
import { FlatOptimizer } from "../../src/optim/tfjs/flat-optimizer.js";
import { sumOfSquares } from "../../src/optim/tfjs/sum-of-squares.js";
import { Pacer } from "../../src/pacer.js";
import type { ParameterLayout } from "../../src/policy/network.js";
import { AdvantageEstimator } from "./advantages.js";
import type {
  Learner,
  LearnerConfig,
  LearnerFactory,
  LearnerOptions,
  Rollout,
  UpdateMetrics,
  UpdatePlan,
} from "./learner.js";
import { readLearnerState } from "./learner-state.js";
import { distance, MetricTotals } from "./metric-totals.js";
import { minibatchBounds } from "./minibatches.js";
import { type PolicyLossSettings, policyLossSettings } from "./policy-loss.js";
import { checkFinite, checkSlots } from "./sentinel.js";
import { TfjsActorCritic, type TfjsContribution } from "./tfjs-actor-critic.js";
import { TfjsCritic } from "./tfjs-critic.js";
import type { LearnerDevice, LearnerTensorFlow } from "./tfjs-device.js";
import { checkDeviceMemory } from "./tfjs-memory.js";
import { TfjsMinibatchLog } from "./tfjs-minibatch-log.js";
import { rowsPerPass } from "./tfjs-passes.js";
import { TfjsRollout } from "./tfjs-rollout.js";
import { valueLossSettings } from "./value-loss.js";

/** How long `close` waits for an update: one that waits for a lost device may never end. */
const CLOSE_MS = 1000;

/** Learners on a device of TensorFlow.js. Where the device's limits are known, one that needs more is refused beforehand. */
export function tfjsLearner(device: LearnerDevice): LearnerFactory {
  return async (options) => {
    checkDeviceMemory(device, options);
    return new TfjsLearner(device, options);
  };
}

/**
 * The learner by operations of TensorFlow.js: what `KernelLearner` does, with its state tree, in float32 and the device's own order
 * of sums. Rollout and weights go to the device as an update begins and the weights come back as it ends; in between the metrics
 * of the minibatches stay there too, but where a KL stop or an observer looks at them. A number that is not finite is therefore
 * found late; no weights come back from an iteration that met one.
 */
export class TfjsLearner implements Learner {
  readonly #tf: LearnerTensorFlow;
  readonly #config: LearnerConfig;
  readonly #layout: ParameterLayout;
  readonly #parameters: Float32Array;
  readonly #network: TfjsActorCritic;
  readonly #critic: TfjsCritic;
  readonly #estimator: AdvantageEstimator;
  readonly #optimizer: FlatOptimizer;
  readonly #order: Int32Array;
  readonly #passRows: number;
  #isClosed = false;
  #underWay: Promise<unknown> = Promise.resolve();
  /** Those of the update under way, on the device. */
  #weights!: Tensor1D;

  constructor(device: LearnerDevice, { shape, layout, parameters, buffer, config }: LearnerOptions) {
    const { name, tf } = device;
    const rows = buffer.steps * buffer.envs;
    this.#tf = tf;
    this.#config = config;
    this.#layout = layout;
    this.#parameters = parameters;
    this.#order = new Int32Array(rows);
    this.#passRows = rowsPerPass(name, layout);
    this.#network = new TfjsActorCritic(device, shape, layout);
    this.#critic = new TfjsCritic(tf, this.#network, this.#passRows);
    const arrays = { values: new Float32Array(rows), returns: new Float32Array(rows) };
    this.#estimator = new AdvantageEstimator(this.#critic, arrays, config);
    const { optimizer, optimizer_options: optimizerOptions } = config;
    this.#optimizer = new FlatOptimizer(tf, name, optimizer, optimizerOptions, layout.size);
  }

  update(rollout: Rollout, plan: UpdatePlan): Promise<UpdateMetrics> {
    const update = this.#update(rollout, plan);
    this.#underWay = update.catch(() => {});
    return update;
  }

  async #update(rollout: Rollout, plan: UpdatePlan): Promise<UpdateMetrics> {
    const tf = this.#tf;
    const log = new TfjsMinibatchLog(tf, {
      entropyCoefficient: plan.entropyCoefficient,
      valueCoefficient: this.#config.value_coefficient,
      maxGradNorm: this.#config.max_grad_norm,
    });
    const data = new TfjsRollout(tf, this.#network.head, rollout);
    this.#weights = tf.tensor1d(this.#parameters.slice());
    try {
      return await this.#train(rollout, data, plan, log);
    } finally {
      log.dispose();
      data.dispose();
      tf.dispose(this.#weights);
    }
  }

  async #train(
    rollout: Rollout,
    data: TfjsRollout,
    plan: UpdatePlan,
    log: TfjsMinibatchLog,
  ): Promise<UpdateMetrics> {
    const config = this.#config;
    const { observer } = plan;
    const pacer = new Pacer();
    const totals = new MetricTotals();
    const settings = policyLossSettings(config, plan);
    const bounds = minibatchBounds(this.#order.length, config.minibatch_size, config.last_minibatch);
    const readsEpochs = config.kl_stop === "epoch" || observer !== undefined;
    let explainedVariance = Number.NaN;
    let epochs = 0;
    let stoppedByKl = false;
    let trained = 0;
    this.#optimizer.beginIteration();
    while (epochs < config.epochs && !stoppedByKl) {
      const epoch = epochs;
      epochs += 1;
      if (epoch === 0 || config.recompute_advantages) {
        plan.clock?.enter("advantages");
        this.#critic.weights = this.#weights;
        this.#critic.observations = data.observations;
        await this.#estimator.compute(rollout, pacer);
        observer?.advantages?.(epoch, this.#estimator);
        if (epoch === 0) explainedVariance = this.#estimator.explainedVariance();
      }
      plan.clock?.enter("minibatches");
      plan.shuffle(epoch, this.#order);
      data.shuffle(this.#order, bounds, this.#estimator, config.normalize_advantages);
      for (const [index, [start, end]] of bounds.entries()) {
        if (this.#isClosed) {
          throw new RlAdanError("learner-closed", "The learner was closed in the middle of an update.");
        }
        const samples = end - start;
        const { gradient, sums } = await this.#gradient(data, settings, start, end, pacer);
        const row = this.#row(gradient, sums);
        this.#tf.dispose(sums);
        if (config.kl_stop === "minibatch") {
          const metrics = log.metrics(await row.data<"float32">(), samples);
          if (!(metrics.approxKl <= 1.5 * config.target_kl!)) {
            this.#tf.dispose([gradient, row]);
            // A divergence that is not a number is a failure, of this minibatch or of a step before it.
            await this.#read(log, plan, totals);
            checkFinite(metrics, 0, plan, epoch, index);
            stoppedByKl = true;
            // Nothing was trained on: the report still says which divergence stopped it.
            if (trained === 0) totals.add(metrics);
            break;
          }
        }
        if (pacer.isDue) await pacer.pause();
        log.add({ epoch, index, samples }, row, this.#step(gradient, row, plan.learningRate));
        trained += 1;
        if (pacer.isDue) await pacer.pause();
      }
      data.endEpoch();
      if (readsEpochs) await this.#read(log, plan, totals);
      if (observer?.epoch !== undefined) observer.epoch(epoch, await this.#weights.data<"float32">());
      if (config.kl_stop === "epoch" && !(totals.last!.approxKl <= config.target_kl!)) stoppedByKl = true;
    }
    plan.clock?.enter("metrics");
    await this.#read(log, plan, totals);
    const [weights, slotNorms] = await Promise.all([
      this.#weights.data<"float32">(),
      this.#optimizer.slotNorms(),
    ]);
    checkSlots(slotNorms, totals.last!, plan, epochs - 1, bounds.length - 1);
    const updateNorm = distance(this.#parameters, weights);
    this.#parameters.set(weights);
    return {
      ...totals.means(),
      minibatches: trained,
      epochs,
      stoppedByKl,
      explainedVariance,
      updateNorm,
      slotNorms,
    };
  }

  /** Of the samples [start, end) of the epoch's order. */
  async #gradient(
    data: TfjsRollout,
    settings: PolicyLossSettings,
    start: number,
    end: number,
    pacer: Pacer,
  ): Promise<TfjsContribution> {
    const tf = this.#tf;
    const value = valueLossSettings(this.#config);
    let total: TfjsContribution | undefined;
    for (let from = start; from < end; from += this.#passRows) {
      const samples = tf.tidy(() => data.samples(from, Math.min(this.#passRows, end - from)));
      if (pacer.isDue) await pacer.pause();
      const part = await this.#network.contribution(
        this.#weights,
        samples,
        end - start,
        settings,
        value,
        pacer,
      );
      tf.dispose(Object.values(samples));
      const before = total;
      total = before === undefined ? part : this.#added(before, part);
    }
    return total!;
  }

  /** The sum of two, which it takes away. */
  #added(a: TfjsContribution, b: TfjsContribution): TfjsContribution {
    const tf = this.#tf;
    const sum = { gradient: tf.add(a.gradient, b.gradient), sums: tf.add(a.sums, b.sums) };
    tf.dispose([a.gradient, a.sums, b.gradient, b.sums]);
    return sum as TfjsContribution;
  }

  /** [7], as `TfjsMinibatchLog` takes it. */
  #row(gradient: Tensor1D, sums: Tensor1D): Tensor1D {
    const tf = this.#tf;
    return tf.tidy(() => tf.concat([sums, tf.reshape(sumOfSquares(tf, gradient), [1])]));
  }

  /** Clips, steps and takes the gradient away; the sum of the new weights [1]. */
  #step(gradient: Tensor1D, row: Tensor1D, learningRate: number): Tensor1D {
    const tf = this.#tf;
    const { max_grad_norm: limit } = this.#config;
    const clipped = tf.tidy(() => {
      if (limit === 0) return tf.clone(gradient);
      const squares = tf.slice(row, row.size - 1, 1);
      return tf.mul(gradient, clipFactor(tf, squares, limit, TORCH_CLIP_EPS)) as Tensor1D;
    });
    const weights = this.#optimizer.step(this.#weights, clipped, learningRate);
    tf.dispose([gradient, clipped, this.#weights]);
    this.#weights = weights;
    return tf.tidy(() => tf.reshape(tf.sum(weights), [1]));
  }

  async #read(log: TfjsMinibatchLog, plan: UpdatePlan, totals: MetricTotals): Promise<void> {
    for (const { epoch, index, metrics, weightSum } of await log.read()) {
      checkFinite(metrics, weightSum, plan, epoch, index);
      totals.add(metrics);
      plan.observer?.minibatch?.(epoch, metrics);
    }
  }

  async state(): Promise<StateTree> {
    return {
      parameters: this.#parameters.slice(),
      optimizer: await this.#optimizer.state(),
      return_moments: this.#estimator.state(),
    };
  }

  async restore(state: StateTree): Promise<void> {
    const { parameters, optimizer, return_moments } = readLearnerState(state, this.#layout);
    this.#parameters.set(parameters);
    this.#optimizer.restore(optimizer);
    this.#estimator.restore(return_moments);
  }

  /** An update under way ends before its next minibatch. */
  async close(): Promise<void> {
    this.#isClosed = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#underWay, tooLong]);
    clearTimeout(timer);
    this.#optimizer.dispose();
  }
}
