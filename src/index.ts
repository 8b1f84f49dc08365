export type { PpoConfig } from "../agents/ppo/config.js";
export { type KernelLearner, kernelLearner } from "../agents/ppo/kernel-learner.js";
export type {
  Learner,
  LearnerFactory,
  LearnerOptions,
  Rollout,
  UpdateMetrics,
  UpdateObserver,
  UpdatePlan,
} from "../agents/ppo/learner.js";
export { iterationCount, type PpoIteration, type PpoSetup, startPpo } from "../agents/ppo/ppo.js";
export { startRandom } from "../agents/random/random.js";
export * from "../envs/index.js";
export type { Agent, AgentIteration, EpisodePoint } from "./agent.js";
export { type EnvModule, loadEnvModule } from "./env-modules-node.js";
export { formatError, RlAdanError, ShapeError, UsageError } from "./errors.js";
export { type EvaluationResult, evaluatePolicy } from "./evaluate.js";
export { type CheckpointChoice, evaluate, loadPolicy } from "./library/evaluate.js";
export { plotLive } from "./library/plot-live.js";
export { type LearnOptions, PPO } from "./library/ppo.js";
export type { RunPlace } from "./library/run-place.js";
export { RunningTraining } from "./library/running-training.js";
export type { TrainSettings } from "./library/settings.js";
export { type SweepOptions, type SweepSettings, sweep } from "./library/sweep.js";
export { type ResumeOptions, resume, type TrainOptions, train } from "./library/train.js";
export type {
  IterationProgress,
  RollbackFacts,
  RunFacts,
  TrainIteration,
  TrainReporter,
} from "./logging/progress.js";
export { createReporter } from "./logging/status-line.js";
export { type EnvFailure, type LearnerFailure, NonFiniteError, type NonFiniteFailure } from "./non-finite.js";
export { Adam, createAdam, createNadam } from "./optim/adam.js";
export { Adan, createAdan } from "./optim/adan.js";
export type { Optimizer, OptimizerContext, OptimizerOptions } from "./optim/optimizer.js";
export {
  createOptimizer,
  defaultLearningRate,
  type OptimizerEntry,
  optimizerNames,
  registerOptimizer,
} from "./optim/registry.js";
export { Policy, type PolicySnapshot } from "./policy/policy.js";
export {
  type CurveAxis,
  type PlotOptions,
  plotCurve,
  type ReadRunsOptions,
  type Report,
  type ReportData,
  type ReportOptions,
  type Run,
  readRuns,
  report,
  type Scalars,
} from "./report/index.js";
export { createLocalActorPool } from "./rollout/create-actor-pool.js";
export * as stats from "./stats/index.js";
export type { RunState, RunStatus, SweepEngine, SweepStatus } from "./sweep/engine.js";
export type { SweepPlan, SweepRun } from "./sweep/plan.js";
export type { SweepOutcome, SweepReporter, SweepRunOutcome } from "./sweep/run-sweep.js";
export { createSweepReporter } from "./sweep/sweep-reporter.js";
export { resolveTrainConfig, type TrainConfig } from "./train-config.js";
export type { TrainOutcome, TrainResult } from "./training.js";
