import type { StateTree } from "../../envs/api/state.js";
import { ArenaPlan, type RegionSource } from "../../src/kernels/arena.js";
import { type Kernels, paddedBatch, SAMPLE_BLOCK } from "../../src/kernels/kernels.js";
import { clipFactor, euclideanNorm, TORCH_CLIP_EPS } from "../../src/optim/clip.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import { createOptimizer, optimizerMethod } from "../../src/optim/registry.js";
import { Pacer } from "../../src/pacer.js";
import type { ActionDistribution } from "../../src/policy/action-distribution.js";
import { createDistribution } from "../../src/policy/create-distribution.js";
import { Mlp } from "../../src/policy/mlp.js";
import type { ParameterLayout } from "../../src/policy/network.js";
import { AdvantageEstimator } from "./advantages.js";
import { CriticHalf, type CriticResult } from "./critic-half.js";
import type { CriticThread, CriticThreadFactory } from "./critic-thread.js";
import { FasterWay, type Way } from "./faster-way.js";
import { gather } from "./gather.js";
import { KernelCritic } from "./kernel-critic.js";
import type {
  Learner,
  LearnerConfig,
  LearnerFactory,
  LearnerOptions,
  MinibatchMetrics,
  Rollout,
  UpdateMetrics,
  UpdatePlan,
} from "./learner.js";
import { readLearnerState } from "./learner-state.js";
import { distance, MetricTotals } from "./metric-totals.js";
import { minibatchBounds } from "./minibatches.js";
import { PolicyLoss, type PolicyLossSettings, policyLossSettings } from "./policy-loss.js";
import { checkSlots, Sentinel } from "./sentinel.js";
import { valueLossSettings } from "./value-loss.js";

/** How the kernels are used. */
export interface KernelLearnerSetup {
  /** "simd" or "scalar": what the critic's thread loads. */
  readonly device: string;
  /** Without one the calling thread does both halves of a minibatch; the result is the same. */
  readonly createCriticThread?: CriticThreadFactory | undefined;
}

/** Learners on the kernels. */
export function kernelLearner(setup: KernelLearnerSetup): LearnerFactory {
  return (options) => KernelLearner.create(options, setup);
}

/**
 * The learner on the kernels (devices `simd` and `scalar`): flat float32 parameters, gradients and slots in the arena,
 * a minibatch in blocks of samples whose gradients add up in block order. The critic's half may run in a thread of its own.
 */
export class KernelLearner implements Learner {
  readonly parameters: Float32Array;
  readonly optimizer: Optimizer;
  readonly #kernels: Kernels;
  readonly #config: LearnerConfig;
  readonly #layout: ParameterLayout;
  readonly #gradients: Float32Array;
  readonly #actorGradients: Float32Array;
  readonly #logStd: Float32Array;
  readonly #distribution: ActionDistribution;
  readonly #actor: Mlp;
  readonly #critic: CriticHalf;
  readonly #estimator: AdvantageEstimator;
  readonly #order: Int32Array;
  readonly #sentinel: Sentinel;
  readonly #way = new FasterWay();
  #criticThread: CriticThread | undefined;
  /** That of this epoch; none when it goes alone. */
  #thread: CriticThread | undefined;

  static async create(options: LearnerOptions, setup: KernelLearnerSetup): Promise<KernelLearner> {
    options.arena.checkRoom("The learner", KernelLearner.plan(options));
    const learner = new KernelLearner(options, options.arena);
    const { arena, shape, layout } = options;
    const { device, createCriticThread } = setup;
    const settings = valueLossSettings(options.config);
    learner.#criticThread = await createCriticThread?.({ arena, device, shape, layout, settings });
    return learner;
  }

  /** What it will take of the arena. An optimizer whose slots only it knows, the user's or NAdam, counts as Adan. */
  static plan(options: LearnerOptions): ArenaPlan {
    const { config } = options;
    const isOurs = optimizerMethod(config.optimizer) !== undefined;
    const counted = isOurs ? config : { ...config, optimizer: "adan", optimizer_options: {} };
    const plan = new ArenaPlan();
    new KernelLearner({ ...options, config: counted }, plan);
    return plan;
  }

  private constructor(options: LearnerOptions, arena: RegionSource) {
    const { kernels, shape, layout, parameters, buffer, config } = options;
    const rows = buffer.steps * buffer.envs;
    const allocate = (name: string, length: number) => arena.allocate(`learner/${name}`, "f32", length);
    this.parameters = parameters;
    this.#kernels = kernels;
    this.#config = config;
    this.#layout = layout;
    this.#gradients = allocate("gradients", layout.size);
    this.#actorGradients = this.#gradients.subarray(0, layout.criticStart);
    this.#logStd = parameters.subarray(layout.logStd, layout.criticStart);
    this.#distribution = createDistribution(shape);
    this.#sentinel = new Sentinel(kernels, layout, parameters, this.#gradients);
    this.#order = arena.allocate("learner/order", "i32", rows);
    this.#actor = new Mlp({
      kernels,
      allocate,
      name: "actor",
      activation: shape.activation,
      maxBatch: SAMPLE_BLOCK,
      parameters,
      gradients: this.#gradients,
      layout: layout.actor,
    });
    const [values, returns] = [allocate("values", rows), allocate("returns", rows)];
    this.#critic = new CriticHalf({
      ...options,
      allocate,
      gradients: this.#gradients,
      samples: { observations: buffer.observations, order: this.#order, values, returns },
      settings: valueLossSettings(config),
    });
    this.#estimator = new AdvantageEstimator(
      new KernelCritic(this.#critic.network),
      { values, returns },
      config,
    );
    this.optimizer = createOptimizer(
      config.optimizer,
      { size: layout.size, kernels, allocate: (name, length) => allocate(`optimizer/${name}`, length) },
      config.optimizer_options,
    );
  }

  async update(rollout: Rollout, plan: UpdatePlan): Promise<UpdateMetrics> {
    const config = this.#config;
    const before = this.parameters.slice();
    const pacer = new Pacer();
    const totals = new MetricTotals();
    const { actions, logProbs } = rollout;
    const { advantages } = this.#estimator;
    const loss = new PolicyLoss({ advantages, actions, logProbs }, this.#distribution);
    const settings = policyLossSettings(config, plan);
    const bounds = minibatchBounds(this.#order.length, config.minibatch_size, config.last_minibatch);
    let explainedVariance = Number.NaN;
    let epochs = 0;
    let stoppedByKl = false;
    let trained = 0;
    this.optimizer.beginIteration();
    while (epochs < config.epochs && !stoppedByKl) {
      const epoch = epochs;
      epochs += 1;
      if (epoch === 0 || config.recompute_advantages) {
        plan.clock?.enter("advantages");
        await this.#estimator.compute(rollout, pacer);
        plan.observer?.advantages?.(epoch, this.#estimator);
        if (epoch === 0) explainedVariance = this.#estimator.explainedVariance();
      }
      plan.clock?.enter("minibatches");
      plan.shuffle(epoch, this.#order);
      const way = this.#chooseWay();
      const startedAt = performance.now();
      let computed = 0;
      for (const [index, [start, end]] of bounds.entries()) {
        const metrics = await this.#gradient(rollout, loss, settings, [start, end], pacer);
        computed += 1;
        this.#sentinel.checkGradient(metrics, plan, epoch, index);
        if (config.kl_stop === "minibatch" && !(metrics.approxKl <= 1.5 * config.target_kl!)) {
          stoppedByKl = true;
          // Nothing was trained on: the report still says which divergence stopped it.
          if (trained === 0) totals.add(metrics);
          break;
        }
        plan.clock?.enter("optimizer");
        this.#step(metrics.clipFactor, plan.learningRate);
        this.#sentinel.checkParameters(metrics, plan, epoch, index);
        plan.clock?.enter("minibatches");
        trained += 1;
        totals.add(metrics);
        plan.observer?.minibatch?.(epoch, metrics);
      }
      this.#way.took(way, (performance.now() - startedAt) / computed);
      plan.observer?.epoch?.(epoch, this.parameters);
      if (config.kl_stop === "epoch" && !(totals.last!.approxKl <= config.target_kl!)) stoppedByKl = true;
    }
    plan.clock?.enter("metrics");
    const slotNorms = Object.fromEntries(
      Object.entries(this.optimizer.slots()).map(([name, values]) => [name, euclideanNorm(values)]),
    );
    checkSlots(slotNorms, totals.last!, plan, epochs - 1, bounds.length - 1);
    return {
      ...totals.means(),
      minibatches: trained,
      epochs,
      stoppedByKl,
      explainedVariance,
      updateNorm: distance(before, this.parameters),
      slotNorms,
    };
  }

  /** Leaves the minibatch's gradient in place and returns its metrics. */
  async #gradient(
    rollout: Rollout,
    loss: PolicyLoss,
    settings: PolicyLossSettings,
    [start, end]: readonly [number, number],
    pacer: Pacer,
  ): Promise<MinibatchMetrics> {
    const actor = this.#actor;
    const thread = this.#thread;
    const critic = thread === undefined ? this.#critic : undefined;
    thread?.start(start, end);
    critic?.begin(end - start);
    this.#kernels.clear(this.#actorGradients);
    this.#distribution.update(this.#logStd);
    loss.begin(settings, this.#order, start, end);
    for (let block = start; block < end; block += SAMPLE_BLOCK) {
      const count = Math.min(SAMPLE_BLOCK, end - block);
      const batch = paddedBatch(count);
      gather(rollout.observations, rollout.observationSize, this.#order, block, count, batch, actor.input);
      actor.forward(batch);
      loss.addBlock(this.#order, block, count, batch, actor.output, actor.outputGradient);
      actor.backward(batch);
      critic?.addBlock(block, count);
      if (pacer.isDue) await pacer.pause();
    }
    loss.finish();
    this.#gradients.set(this.#distribution.parameterGradient, this.#layout.logStd);
    const actorSquares = this.#kernels.sumOfSquares(this.#actorGradients);
    const { valueLoss, sumOfSquares } = critic?.finish() ?? (await this.#awaitCritic(thread!, start, end));
    const gradientNorm = Math.sqrt(actorSquares + sumOfSquares);
    const { policyLoss, entropy } = loss;
    return {
      loss: policyLoss - settings.entropyCoefficient * entropy + this.#config.value_coefficient * valueLoss,
      policyLoss,
      valueLoss,
      entropy,
      oldApproxKl: loss.oldApproxKl,
      approxKl: loss.approxKl,
      clipFraction: loss.clipFraction,
      gradientNorm,
      clipFactor: clipFactor(gradientNorm, this.#config.max_grad_norm, TORCH_CLIP_EPS),
    };
  }

  /** A thread that ended leaves its half, as a whole, to this one: when nothing of it can write there any more. */
  async #awaitCritic(thread: CriticThread, start: number, end: number): Promise<CriticResult> {
    try {
      return await thread.finish();
    } catch (error) {
      console.warn(`warning: ${(error as Error).message} Going on without it; the results are the same.`);
      this.#criticThread = this.#thread = undefined;
      await thread.close();
      return this.#critic.run(start, end);
    }
  }

  #chooseWay(): Way {
    const way = this.#criticThread === undefined ? "alone" : this.#way.next();
    this.#thread = way === "alone" ? undefined : this.#criticThread;
    return way;
  }

  #step(factor: number, learningRate: number): void {
    if (factor !== 1) this.#kernels.scale(this.#gradients, factor);
    this.optimizer.step(this.parameters, this.#gradients, learningRate);
  }

  async state(): Promise<StateTree> {
    return {
      parameters: this.parameters.slice(),
      optimizer: this.optimizer.state(),
      return_moments: this.#estimator.state(),
    };
  }

  async restore(state: StateTree): Promise<void> {
    const { parameters, optimizer, return_moments } = readLearnerState(state, this.#layout);
    this.parameters.set(parameters);
    this.optimizer.restore(optimizer);
    this.#estimator.restore(return_moments);
  }

  async close(): Promise<void> {
    await this.#criticThread?.close();
  }
}
