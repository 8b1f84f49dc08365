import "./builtin.js";

export type { Env, EnvDescription, EnvSpec, Info, ResetOptions, ResetResult, StepResult } from "./api/env.js";
export * from "./api/errors.js";
export type { BoxSpace, FloatArray, Space } from "./api/space.js";
export type { Stateful, StateTree } from "./api/state.js";
export { Wrapper } from "./api/wrapper.js";
export { Pendulum } from "./classic/pendulum.js";
export { type AnyEnv, type EnvRegistration, make, register, registeredIds, spec } from "./registry.js";
export { Box } from "./spaces/box.js";
export { OrderEnforcing } from "./wrappers/order-enforcing.js";
export { TimeLimit } from "./wrappers/time-limit.js";
