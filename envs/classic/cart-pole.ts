import { cos, sin } from "../../src/math/index.js";
import { Pcg64 } from "../../src/random/pcg64.js";
import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { InvalidAction } from "../api/errors.js";
import { anyState, flag, float64s, orNull, readState } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { type EnvArguments, readArguments, shown } from "../arguments.js";
import { Box, entropySeed } from "../spaces/box.js";
import { Discrete } from "../spaces/discrete.js";
import { resetRange } from "./reset-options.js";

const GRAVITY = 9.8;
const POLE_MASS = 0.1;
const TOTAL_MASS = POLE_MASS + 1;
const HALF_POLE_LENGTH = 0.5;
const POLE_MOMENT = POLE_MASS * HALF_POLE_LENGTH;
const FORCE_NEWTONS = 10;
const TIME_STEP_SECONDS = 0.02;
const MAX_ANGLE_RADIANS = (12 * 2 * Math.PI) / 360;
const MAX_POSITION = 2.4;

/**
 * CartPole-v1: keep a pole upright on a cart by pushing the cart left or right.
 *
 * | | |
 * |---|---|
 * | action | Discrete(2): 0 pushes left, 1 right |
 * | observation | Box((4), float32): position, velocity, angle (0 is upright), angular velocity |
 * | reward | 1 for every step, the falling one included (sutton_barto_reward: 0, and -1 for falling) |
 * | start | all four uniform in ±0.05 (reset options low, high) |
 * | end | terminates beyond ±2.4 or ±12°; truncated after 500 steps |
 * | arguments | sutton_barto_reward: false |
 *
 * Source: Barto, Sutton and Anderson 1983, with the equations of Florian 2007 ("Correct equations for the dynamics of
 * the cart-pole system") without friction; Gymnasium 1.4.0, envs/classic_control/cartpole.py; explicit Euler.
 */
export class CartPole implements Env<Float32Array, number> {
  readonly observationSpace = new Box<Float32Array>(
    [-2 * MAX_POSITION, -Infinity, -2 * MAX_ANGLE_RADIANS, -Infinity],
    [2 * MAX_POSITION, Infinity, 2 * MAX_ANGLE_RADIANS, Infinity],
    [4],
  );
  readonly actionSpace = new Discrete(2);
  readonly metadata = { renderFps: 50 };
  readonly #isSuttonBarto: boolean;
  #generator: Pcg64 | undefined;
  /** Position, velocity, angle, angular velocity. */
  #motion = new Float64Array(4);
  #hasFallen = false;

  constructor(kwargs: EnvArguments = {}) {
    this.#isSuttonBarto = readArguments(
      "CartPole-v1",
      { sutton_barto_reward: false },
      kwargs,
    ).sutton_barto_reward;
  }

  reset(options: ResetOptions = {}): ResetResult<Float32Array> {
    const [low, high] = resetRange(options.options, -0.05, 0.05);
    if (options.seed !== undefined) this.#generator = new Pcg64(options.seed);
    this.#generator ??= new Pcg64(entropySeed());
    for (let i = 0; i < 4; i++) this.#motion[i] = this.#generator.uniform(low, high);
    this.#hasFallen = false;
    return { observation: Float32Array.from(this.#motion), info: {} };
  }

  step(action: number): StepResult<Float32Array> {
    if (!this.actionSpace.contains(action)) {
      throw new InvalidAction("env-action", `CartPole-v1 takes the action 0 or 1, got ${shown(action)}.`);
    }
    const [x, velocity, angle, spin] = this.#motion as unknown as [number, number, number, number];
    const force = action === 1 ? FORCE_NEWTONS : -FORCE_NEWTONS;
    const cosine = cos(angle);
    const sine = sin(angle);
    const push = (force + POLE_MOMENT * (spin * spin) * sine) / TOTAL_MASS;
    const angularAcceleration =
      (GRAVITY * sine - cosine * push) /
      (HALF_POLE_LENGTH * (4 / 3 - (POLE_MASS * (cosine * cosine)) / TOTAL_MASS));
    const acceleration = push - (POLE_MOMENT * angularAcceleration * cosine) / TOTAL_MASS;
    this.#motion[0] = x + TIME_STEP_SECONDS * velocity;
    this.#motion[1] = velocity + TIME_STEP_SECONDS * acceleration;
    this.#motion[2] = angle + TIME_STEP_SECONDS * spin;
    this.#motion[3] = spin + TIME_STEP_SECONDS * angularAcceleration;
    const terminated =
      Math.abs(this.#motion[0]) > MAX_POSITION || Math.abs(this.#motion[2]) > MAX_ANGLE_RADIANS;
    const reward = this.#reward(terminated);
    this.#hasFallen ||= terminated;
    return {
      observation: Float32Array.from(this.#motion),
      reward,
      terminated,
      truncated: false,
      info: {},
    };
  }

  #reward(terminated: boolean): number {
    if (this.#isSuttonBarto) return terminated ? -1 : 0;
    // A step after the fall that still lies outside earns nothing.
    return terminated && this.#hasFallen ? 0 : 1;
  }

  close(): void {}

  state(): StateTree {
    return {
      motion: this.#motion.slice(),
      has_fallen: this.#hasFallen,
      generator: this.#generator?.state() ?? null,
    };
  }

  restore(state: StateTree): void {
    const saved = readState("CartPole-v1", state, {
      motion: float64s(4),
      has_fallen: flag,
      generator: orNull(anyState),
    });
    this.#motion = saved.motion.slice();
    this.#hasFallen = saved.has_fallen;
    this.#generator = saved.generator === null ? undefined : Pcg64.from(saved.generator);
  }
}
