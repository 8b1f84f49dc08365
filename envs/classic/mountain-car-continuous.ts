import { cos } from "../../src/math/index.js";
import { Pcg64 } from "../../src/random/pcg64.js";
import type { Env, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { anyState, finiteNumber, flag, orNull, readState } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { checkAction, type EnvArguments, readArguments } from "../arguments.js";
import { Box, entropySeed } from "../spaces/box.js";
import { resetRange } from "./reset-options.js";

const { fround } = Math;
const MIN_POSITION = -1.2;
const MAX_POSITION = 0.6;
const GOAL_POSITION = 0.45;
const MAX_SPEED = 0.07;
const POWER = 0.0015;
const PULL = 0.0025;
const GOAL_REWARD = 100;
const EFFORT_WEIGHT = 0.1;

/**
 * MountainCarContinuous-v0: swing an underpowered car out of a valley with little force.
 *
 * | | |
 * |---|---|
 * | action | Box(-1, 1, (1), float32): force, clamped to ±1 |
 * | observation | Box((2), float32): position in [-1.2, 0.6], velocity in ±0.07 |
 * | reward | -0.1·action² (as given, not clamped), and 100 for reaching the goal |
 * | start | position uniform in [-0.6, -0.4] (reset options low, high), at rest |
 * | end | terminates at position ≥ 0.45 with velocity ≥ goal_velocity; truncated after 999 steps |
 * | arguments | goal_velocity: 0 |
 *
 * Source: Moore 1990; Gymnasium 1.4.0, envs/classic_control/continuous_mountain_car.py.
 */
export class MountainCarContinuous implements Env<Float32Array, Float32Array> {
  readonly observationSpace = new Box<Float32Array>(
    [MIN_POSITION, -MAX_SPEED],
    [MAX_POSITION, MAX_SPEED],
    [2],
  );
  readonly actionSpace = new Box<Float32Array>(-1, 1, [1]);
  readonly metadata = { renderFps: 30 };
  readonly #goalVelocity: number;
  #generator: Pcg64 | undefined;
  #position = 0;
  #velocity = 0;
  /** The state is float64 after a reset and float32 after a step: NumPy computes the first step more precisely. */
  #isSingle = false;

  constructor(kwargs: EnvArguments = {}) {
    this.#goalVelocity = readArguments(
      "MountainCarContinuous-v0",
      { goal_velocity: 0 },
      kwargs,
    ).goal_velocity;
  }

  reset(options: ResetOptions = {}): ResetResult<Float32Array> {
    const [low, high] = resetRange(options.options, -0.6, -0.4);
    if (options.seed !== undefined) this.#generator = new Pcg64(options.seed);
    this.#generator ??= new Pcg64(entropySeed());
    this.#position = this.#generator.uniform(low, high);
    this.#velocity = 0;
    this.#isSingle = false;
    return { observation: this.#observe(), info: {} };
  }

  step(action: Float32Array): StepResult<Float32Array> {
    checkAction(action, 1);
    const rounded = this.#isSingle ? fround : (value: number) => value;
    const maxSpeed = rounded(MAX_SPEED);
    const push = this.#push(action[0]!, rounded);
    let velocity = rounded(this.#velocity + rounded(push));
    velocity = Math.min(Math.max(velocity, -maxSpeed), maxSpeed);
    let position = rounded(this.#position + velocity);
    position = Math.min(Math.max(position, rounded(MIN_POSITION)), rounded(MAX_POSITION));
    if (position === rounded(MIN_POSITION) && velocity < 0) velocity = 0;
    const terminated = position >= rounded(GOAL_POSITION) && velocity >= rounded(this.#goalVelocity);
    this.#position = fround(position);
    this.#velocity = fround(velocity);
    this.#isSingle = true;
    return {
      observation: this.#observe(),
      reward: (terminated ? GOAL_REWARD : 0) - action[0]! * action[0]! * EFFORT_WEIGHT,
      terminated,
      truncated: false,
      info: {},
    };
  }

  /** The change of velocity: float32 as long as the float32 force is not replaced by a bound. */
  #push(force: number, rounded: (value: number) => number): number {
    const pull = PULL * cos(rounded(3 * this.#position));
    if (force < -1 || force > 1) return (force < 0 ? -POWER : POWER) - pull;
    return fround(fround(fround(force) * fround(POWER)) - fround(pull));
  }

  close(): void {}

  state(): StateTree {
    return {
      position: this.#position,
      velocity: this.#velocity,
      is_single: this.#isSingle,
      generator: this.#generator?.state() ?? null,
    };
  }

  restore(state: StateTree): void {
    const saved = readState("MountainCarContinuous-v0", state, {
      position: finiteNumber,
      velocity: finiteNumber,
      is_single: flag,
      generator: orNull(anyState),
    });
    this.#position = saved.position;
    this.#velocity = saved.velocity;
    this.#isSingle = saved.is_single;
    this.#generator = saved.generator === null ? undefined : Pcg64.from(saved.generator);
  }

  #observe(): Float32Array {
    return Float32Array.of(this.#position, this.#velocity);
  }
}
