import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { Info, StepResult } from "../../api/env.js";
import { InvalidArgument } from "../../api/errors.js";
import type { EnvArguments, Range } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addNormalNoise, addUniformNoise, controlCost, MujocoEnv, placeInfo } from "../mujoco-env.js";
import { earnsSurvival, readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const SHARED = {
  ctrl_cost_weight: 0.5,
  contact_cost_weight: 5e-4,
  healthy_reward: 1,
  terminate_when_unhealthy: true,
  healthy_z_range: [0.2, 1] as Range,
  contact_force_range: [-1, 1] as Range,
  reset_noise_scale: 0.1,
  exclude_current_positions_from_observation: true,
};
const V4 = { ...SHARED, use_contact_forces: false };
const V5 = {
  frame_skip: 5,
  forward_reward_weight: 1,
  main_body: 1,
  ...SHARED,
  include_cfrc_ext_in_observation: true,
};

/** Numbers of cfrc_ext per body; the world's row comes first and is zero, and only v4 shows it. */
const FORCE_SIZE = 6;
const MOVING_BODIES = 13;

/**
 * Ant, v5 and v4: a ball with four two-jointed legs; make it run in the x direction without falling or jumping.
 * README.md beside this file is its specification.
 */
export class Ant extends MujocoEnv {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly observationStructure: { skipped_qpos: number; qpos: number; qvel: number; cfrc_ext: number };
  readonly #arguments: typeof V5;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<Ant> {
    const parsed = readVersioned("Ant", version, Ant.accepted, kwargs);
    if (!Number.isSafeInteger(parsed.main_body) || parsed.main_body < 0 || parsed.main_body > MOVING_BODIES) {
      throw new InvalidArgument(
        "env-argument",
        `Ant-${version}: argument main_body must be a body's id, 0 to ${MOVING_BODIES}, got ${parsed.main_body}.`,
      );
    }
    if (version === "v5") return new Ant(await loadEngine(), version, parsed);
    // Where v4 doesn't show the contact forces, it doesn't charge for them either.
    const usesForces = parsed.use_contact_forces === true;
    return new Ant(await loadEngine(), version, {
      ...parsed,
      include_cfrc_ext_in_observation: usesForces,
      contact_cost_weight: usesForces ? parsed.contact_cost_weight : 0,
    });
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    const skipped = parsed.exclude_current_positions_from_observation ? 2 : 0;
    const bodies = version === "v4" ? MOVING_BODIES + 1 : MOVING_BODIES;
    const forces = parsed.include_cfrc_ext_in_observation ? FORCE_SIZE * bodies : 0;
    super(engine, MODEL_XML, {
      version,
      frameSkip: parsed.frame_skip,
      observationSize: 29 - skipped + forces,
    });
    this.#arguments = parsed;
    this.observationStructure = { skipped_qpos: skipped, qpos: 15 - skipped, qvel: 14, cfrc_ext: forces };
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { forward_reward_weight, healthy_reward, ctrl_cost_weight, terminate_when_unhealthy } =
      this.#arguments;
    const body = 3 * this.#arguments.main_body;
    const before = this.derived("xpos").slice(body, body + 2);
    this.simulate(action);
    const [x, y] = this.derived("xpos").slice(body, body + 2) as unknown as [number, number];
    const xVelocity = (x - before[0]!) / this.dt;
    const yVelocity = (y - before[1]!) / this.dt;
    const isHealthy = this.#isHealthy();
    const forwardReward = forward_reward_weight * xVelocity;
    const isPaid = earnsSurvival(this.version, isHealthy, terminate_when_unhealthy);
    const survivalReward = isPaid ? healthy_reward : 0;
    const cost = controlCost(ctrl_cost_weight, action);
    const contactCost = this.#contactCost();
    return {
      observation: this.observe(),
      reward: forwardReward + survivalReward - (cost + contactCost),
      terminated: !isHealthy && terminate_when_unhealthy,
      truncated: false,
      info: {
        x_velocity: xVelocity,
        y_velocity: yVelocity,
        reward_forward: forwardReward,
        reward_survive: survivalReward,
        ...(this.version === "v4"
          ? {
              ...placeInfo(x, y),
              forward_reward: forwardReward,
              // With contact forces v4 gives their cost under this name.
              reward_ctrl: -(this.observationStructure.cfrc_ext > 0 ? contactCost : cost),
            }
          : { ...this.resetInfo(), reward_ctrl: -cost, reward_contact: -contactCost }),
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
      const first = forces.length - cfrc_ext;
      for (let i = 0; i < cfrc_ext; i++) {
        observation[qpos + qvel + i] = Math.min(Math.max(forces[first + i]!, low), high);
      }
    }
    return observation;
  }

  protected override resetInfo(): Info {
    const [x, y] = this.qpos as unknown as [number, number];
    return placeInfo(x, y);
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
