import { cos, sin } from "../../src/math/index.js";
import { Pcg64 } from "../../src/random/pcg64.js";
import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { anyState, finiteNumber, orNull, readState } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { checkAction, type EnvArguments, readArguments } from "../arguments.js";
import { Box, entropySeed } from "../spaces/box.js";
import { resetHalfWidth } from "./reset-options.js";

const { PI, fround } = Math;
const MAX_SPEED = 8;
const MAX_TORQUE = 2;
const TIME_STEP_SECONDS = 0.05;
const MASS = 1;
const LENGTH = 1;

/**
 * Pendulum-v1: swing a frictionless pendulum up and hold it there.
 *
 * | | |
 * |---|---|
 * | action | Box(-2, 2, (1), float32): torque |
 * | observation | Box((3), float32): cos θ, sin θ, angular velocity in ±8; θ = 0 is upright |
 * | reward | -(θ² + 0.1·θ̇² + 0.001·torque²), θ in [-π, π), before the step |
 * | start | θ uniform in ±π, θ̇ uniform in ±1 (reset options x_init, y_init) |
 * | end | never terminates; truncated after 200 steps |
 * | arguments | g: gravity, 10 |
 *
 * Source: Gymnasium 1.4.0, envs/classic_control/pendulum.py; semi-implicit Euler.
 */
export class Pendulum implements Env<Float32Array, Float32Array> {
  readonly observationSpace = new Box<Float32Array>([-1, -1, -MAX_SPEED], [1, 1, MAX_SPEED], [3]);
  readonly actionSpace = new Box<Float32Array>(-MAX_TORQUE, MAX_TORQUE, [1]);
  readonly metadata = { renderFps: 30 };
  readonly #gravity: number;
  #generator: Pcg64 | undefined;
  #angle = 0;
  #velocity = 0;

  constructor(kwargs: EnvArguments = {}) {
    this.#gravity = readArguments("Pendulum-v1", { g: 10 }, kwargs).g;
  }

  reset(options: ResetOptions = {}): ResetResult<Float32Array> {
    const angle = resetHalfWidth(options.options, "x_init", PI);
    const velocity = resetHalfWidth(options.options, "y_init", 1);
    if (options.seed !== undefined) this.#generator = new Pcg64(options.seed);
    this.#generator ??= new Pcg64(entropySeed());
    this.#angle = this.#generator.uniform(-angle, angle);
    this.#velocity = this.#generator.uniform(-velocity, velocity);
    return { observation: this.#observe(), info: {} };
  }

  step(action: Float32Array): StepResult<Float32Array> {
    checkAction(action, 1);
    // What NumPy computes of a float32 torque alone stays float32.
    const torque = fround(Math.min(Math.max(action[0]!, -MAX_TORQUE), MAX_TORQUE));
    const effort = fround(fround(0.001) * fround(torque * torque));
    const angle = wrapped(this.#angle);
    const cost = angle * angle + 0.1 * (this.#velocity * this.#velocity) + effort;
    const acceleration =
      ((3 * this.#gravity) / (2 * LENGTH)) * sin(this.#angle) +
      fround((3 / (MASS * LENGTH * LENGTH)) * torque);
    const velocity = this.#velocity + acceleration * TIME_STEP_SECONDS;
    this.#velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
    this.#angle += this.#velocity * TIME_STEP_SECONDS;
    return { observation: this.#observe(), reward: -cost, terminated: false, truncated: false, info: {} };
  }

  close(): void {}

  state(): StateTree {
    return { angle: this.#angle, velocity: this.#velocity, generator: this.#generator?.state() ?? null };
  }

  restore(state: StateTree): void {
    const { angle, velocity, generator } = readState("Pendulum-v1", state, {
      angle: finiteNumber,
      velocity: finiteNumber,
      generator: orNull(anyState),
    });
    this.#angle = angle;
    this.#velocity = velocity;
    this.#generator = generator === null ? undefined : Pcg64.from(generator);
  }

  #observe(): Float32Array {
    return Float32Array.of(cos(this.#angle), sin(this.#angle), this.#velocity);
  }
}

/** An angle in [-π, π), with Python's remainder. */
function wrapped(angle: number): number {
  const turn = 2 * PI;
  const remainder = (angle + PI) % turn;
  return (remainder < 0 ? remainder + turn : remainder) - PI;
}
