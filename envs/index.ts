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
export type { BoxSpace, DiscreteSpace, FloatArray, MultiDiscreteSpace, Space } from "./api/space.js";
export type { Stateful, StateTree } from "./api/state.js";
export { Wrapper } from "./api/wrapper.js";
export { CartPole } from "./classic/cart-pole.js";
export { MountainCarContinuous } from "./classic/mountain-car-continuous.js";
export { Pendulum } from "./classic/pendulum.js";
export { type AnyEnv, type EnvRegistration, make, register, registeredIds, spec } from "./registry.js";
export { Box } from "./spaces/box.js";
export { Discrete, type DiscreteChoice } from "./spaces/discrete.js";
export { MultiDiscrete } from "./spaces/multi-discrete.js";
export { OrderEnforcing } from "./wrappers/order-enforcing.js";
export { TimeLimit } from "./wrappers/time-limit.js";
