import type { Pcg64 } from "../../src/random/pcg64.js";
import type { Info, StepResult } from "../api/env.js";
import type { Range } from "../arguments.js";
import type { Engine } from "./engine.js";
import { addUniformNoise, controlCost, MujocoEnv } from "./mujoco-env.js";
import { earnsSurvival, type Version } from "./versions.js";

/** Arguments that Hopper and Walker2d share. */
export interface PlanarLegsArguments {
  readonly frame_skip: number;
  readonly forward_reward_weight: number;
  readonly ctrl_cost_weight: number;
  readonly healthy_reward: number;
  readonly terminate_when_unhealthy: boolean;
  readonly healthy_z_range: Range;
  readonly healthy_angle_range: Range;
  readonly reset_noise_scale: number;
  readonly exclude_current_positions_from_observation: boolean;
}

const MAX_OBSERVED_VELOCITY = 10;
const STANDING_HEIGHT = 1.25;

/**
 * A planar figure (root x, z, pitch) that is paid for moving forward and for staying healthy: Hopper and Walker2d.
 * Velocities are clipped to ±10 in the observation only.
 */
export abstract class PlanarLegs extends MujocoEnv {
  readonly observationStructure: { skipped_qpos: number; qpos: number; qvel: number };
  readonly #arguments: PlanarLegsArguments;

  constructor(engine: Engine, xml: string, version: Version, size: number, parsed: PlanarLegsArguments) {
    const skipped = parsed.exclude_current_positions_from_observation ? 1 : 0;
    super(engine, xml, { version, frameSkip: parsed.frame_skip, observationSize: 2 * size - skipped });
    this.#arguments = parsed;
    this.observationStructure = { skipped_qpos: skipped, qpos: size - skipped, qvel: size };
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { forward_reward_weight, healthy_reward, ctrl_cost_weight, terminate_when_unhealthy } =
      this.#arguments;
    const before = this.qpos[0]!;
    this.simulate(action);
    const position = this.qpos[0]!;
    const velocity = (position - before) / this.dt;
    const isHealthy = this.isHealthy();
    const forwardReward = forward_reward_weight * velocity;
    const isPaid = earnsSurvival(this.version, isHealthy, terminate_when_unhealthy);
    const survivalReward = isPaid ? healthy_reward : 0;
    const cost = controlCost(ctrl_cost_weight, action);
    return {
      observation: this.observe(),
      reward: forwardReward + survivalReward - cost,
      terminated: !isHealthy && terminate_when_unhealthy,
      truncated: false,
      info:
        this.version === "v4"
          ? { x_position: position, x_velocity: velocity }
          : {
              ...this.resetInfo(),
              x_velocity: velocity,
              reward_forward: forwardReward,
              reward_ctrl: -cost,
              reward_survive: survivalReward,
            },
    };
  }

  /** Height and pitch strictly within their ranges. */
  protected isHealthy(): boolean {
    const { healthy_z_range, healthy_angle_range } = this.#arguments;
    return isWithin(this.qpos[1]!, healthy_z_range) && isWithin(this.qpos[2]!, healthy_angle_range);
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(generator, this.initialQpos, this.#arguments.reset_noise_scale, qpos);
    addUniformNoise(generator, this.initialQvel, this.#arguments.reset_noise_scale, qvel);
  }

  protected observe(): Float64Array {
    const { skipped_qpos: skipped, qpos, qvel } = this.observationStructure;
    const observation = new Float64Array(this.observationSpace.low.length);
    observation.set(this.qpos.subarray(skipped));
    const velocities = this.qvel;
    for (let i = 0; i < qvel; i++) {
      observation[qpos + i] = Math.min(
        Math.max(velocities[i]!, -MAX_OBSERVED_VELOCITY),
        MAX_OBSERVED_VELOCITY,
      );
    }
    return observation;
  }

  protected override resetInfo(): Info {
    return { x_position: this.qpos[0]!, z_distance_from_origin: this.qpos[1]! - STANDING_HEIGHT };
  }
}

/** Strictly inside. */
export function isWithin(value: number, [low, high]: Range): boolean {
  return low < value && value < high;
}
