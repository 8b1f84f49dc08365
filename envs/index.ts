import "./builtin.js";

export type {
  Env,
  EnvDescription,
  EnvMetadata,
  EnvSpec,
  Info,
  ResetOptions,
  ResetResult,
  StepResult,
} from "./api/env.js";
export * from "./api/errors.js";
export type {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  FloatArray,
  IntegerBoxSpace,
  MultiDiscreteSpace,
  Space,
} from "./api/space.js";
export type { Stateful, StateTree } from "./api/state.js";
export { Wrapper } from "./api/wrapper.js";
export { CartPole } from "./classic/cart-pole.js";
export { MountainCarContinuous } from "./classic/mountain-car-continuous.js";
export { Pendulum } from "./classic/pendulum.js";
export {
  CHECKS,
  type CheckName,
  checkEnv,
  type EnvCheckOptions,
  type Finding,
  type Severity,
} from "./env-checker.js";
export {
  type AnyEnv,
  type EnvRegistration,
  isRegistered,
  make,
  register,
  registeredIds,
  spec,
} from "./registry.js";
export { Box } from "./spaces/box.js";
export { Dict, type DictOptions } from "./spaces/dict.js";
export { Discrete, type DiscreteChoice } from "./spaces/discrete.js";
export { IntegerBox } from "./spaces/integer-box.js";
export { MultiDiscrete } from "./spaces/multi-discrete.js";
export * from "./vector/index.js";
export { ActionWrapper } from "./wrappers/action-wrapper.js";
export { ClipAction } from "./wrappers/clip-action.js";
export { ClipReward, type RewardBounds } from "./wrappers/clip-reward.js";
export { DelayObservation } from "./wrappers/delay-observation.js";
export { DtypeObservation } from "./wrappers/dtype-observation.js";
export { FilterObservation } from "./wrappers/filter-observation.js";
export { FlattenObservation } from "./wrappers/flatten-observation.js";
export { FrameStackObservation } from "./wrappers/frame-stack-observation.js";
export { NormalizeObservation } from "./wrappers/normalize-observation.js";
export { NormalizeReward } from "./wrappers/normalize-reward.js";
export { ObservationWrapper } from "./wrappers/observation-wrapper.js";
export { OrderEnforcing } from "./wrappers/order-enforcing.js";
export { type EpisodeStatistics, RecordEpisodeStatistics } from "./wrappers/record-episode-statistics.js";
export { RescaleAction } from "./wrappers/rescale-action.js";
export { RescaleObservation } from "./wrappers/rescale-observation.js";
export type { Bound } from "./wrappers/rescaling.js";
export { RunningMeanStd, type RunningMeanStdState } from "./wrappers/running-mean-std.js";
export {
  TimeAwareObservation,
  type TimeAwareOptions,
  type TimedObservation,
} from "./wrappers/time-aware-observation.js";
export { TimeLimit } from "./wrappers/time-limit.js";
export { TransformAction } from "./wrappers/transform-action.js";
export { TransformObservation } from "./wrappers/transform-observation.js";
export { TransformReward } from "./wrappers/transform-reward.js";
