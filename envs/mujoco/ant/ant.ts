import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { Info, StepResult } from "../../api/env.js";
import { type EnvArguments, type Range, readArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addNormalNoise, addUniformNoise, controlCost, MujocoEnv } from "../mujoco-env.js";
import { MODEL_XML } from "./model.generated.js";

const DEFAULTS = {
  frame_skip: 5,
  forward_reward_weight: 1,
  ctrl_cost_weight: 0.5,
  contact_cost_weight: 5e-4,
  healthy_reward: 1,
  main_body: 1,
  terminate_when_unhealthy: true,
  healthy_z_range: [0.2, 1] as Range,
  contact_force_range: [-1, 1] as Range,
  reset_noise_scale: 0.1,
  exclude_current_positions_from_observation: true,
  include_cfrc_ext_in_observation: true,
};

/** Numbers of cfrc_ext per body; the world's row comes first and is zero. */
const FORCE_SIZE = 6;
const MOVING_BODIES = 13;

/**
 * Ant-v5: a ball with four two-jointed legs; make it run in the x direction without falling or jumping.
 * README.md beside this file is its specification.
 */
export class Ant extends MujocoEnv {
  readonly observationStructure: { skipped_qpos: number; qpos: number; qvel: number; cfrc_ext: number };
  readonly #arguments: typeof DEFAULTS;

  static async create(kwargs: EnvArguments = {}): Promise<Ant> {
    const parsed = readArguments("Ant-v5", DEFAULTS, kwargs);
    return new Ant(await loadEngine(), parsed);
  }

  private constructor(engine: Engine, parsed: typeof DEFAULTS) {
    const skipped = parsed.exclude_current_positions_from_observation ? 2 : 0;
    const forces = parsed.include_cfrc_ext_in_observation ? FORCE_SIZE * MOVING_BODIES : 0;
    super(engine, MODEL_XML, { frameSkip: parsed.frame_skip, observationSize: 29 - skipped + forces });
    this.#arguments = parsed;
    this.observationStructure = { skipped_qpos: skipped, qpos: 15 - skipped, qvel: 14, cfrc_ext: forces };
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { forward_reward_weight, healthy_reward, ctrl_cost_weight, terminate_when_unhealthy } =
      this.#arguments;
    const body = 3 * this.#arguments.main_body;
    const before = this.derived("xpos").slice(body, body + 2);
    this.simulate(action);
    const after = this.derived("xpos");
    const xVelocity = (after[body]! - before[0]!) / this.dt;
    const yVelocity = (after[body + 1]! - before[1]!) / this.dt;
    const isHealthy = this.#isHealthy();
    const forwardReward = forward_reward_weight * xVelocity;
    const survivalReward = isHealthy ? healthy_reward : 0;
    const cost = controlCost(ctrl_cost_weight, action);
    const contactCost = this.#contactCost();
    return {
      observation: this.observe(),
      reward: forwardReward + survivalReward - (cost + contactCost),
      terminated: !isHealthy && terminate_when_unhealthy,
      truncated: false,
      info: {
        ...this.resetInfo(),
        x_velocity: xVelocity,
        y_velocity: yVelocity,
        reward_forward: forwardReward,
        reward_ctrl: -cost,
        reward_contact: -contactCost,
        reward_survive: survivalReward,
      },
    };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(generator, this.initialQpos, this.#arguments.reset_noise_scale, qpos);
    addNormalNoise(generator, this.initialQvel, this.#arguments.reset_noise_scale, qvel);
  }

  protected observe(): Float64Array {
    const { skipped_qpos: skipped, qpos, qvel, cfrc_ext } = this.observationStructure;
    const observation = new Float64Array(this.observationSpace.low.length);
    observation.set(this.qpos.subarray(skipped));
    observation.set(this.qvel, qpos);
    if (cfrc_ext > 0) {
      const [low, high] = this.#arguments.contact_force_range;
      const forces = this.derived("cfrc_ext");
      for (let i = 0; i < cfrc_ext; i++) {
        observation[qpos + qvel + i] = Math.min(Math.max(forces[FORCE_SIZE + i]!, low), high);
      }
    }
    return observation;
  }

  protected override resetInfo(): Info {
    const [x, y] = this.qpos as unknown as [number, number];
    return { x_position: x, y_position: y, distance_from_origin: Math.sqrt(x * x + y * y) };
  }

  #isHealthy(): boolean {
    const [low, high] = this.#arguments.healthy_z_range;
    const z = this.qpos[2]!;
    return this.qpos.every(Number.isFinite) && this.qvel.every(Number.isFinite) && low <= z && z <= high;
  }

  #contactCost(): number {
    const [low, high] = this.#arguments.contact_force_range;
    let sum = 0;
    for (const force of this.derived("cfrc_ext")) {
      const clipped = Math.min(Math.max(force, low), high);
      sum += clipped * clipped;
    }
    return this.#arguments.contact_cost_weight * sum;
  }
}
