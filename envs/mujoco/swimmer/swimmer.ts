import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { Info, StepResult } from "../../api/env.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addUniformNoise, controlCost, MujocoEnv, placeInfo } from "../mujoco-env.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {
  forward_reward_weight: 1,
  ctrl_cost_weight: 1e-4,
  reset_noise_scale: 0.1,
  exclude_current_positions_from_observation: true,
};
const V5 = { frame_skip: 4, ...V4 };

/**
 * Swimmer, v5 and v4: three links in a dense medium; make them swim in the x direction.
 * README.md beside this file is its specification.
 */
export class Swimmer extends MujocoEnv {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly observationStructure: { skipped_qpos: number; qpos: number; qvel: number };
  readonly #arguments: typeof V5;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<Swimmer> {
    const parsed = readVersioned("Swimmer", version, Swimmer.accepted, kwargs);
    return new Swimmer(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    const skipped = parsed.exclude_current_positions_from_observation ? 2 : 0;
    super(engine, MODEL_XML, { version, frameSkip: parsed.frame_skip, observationSize: 10 - skipped });
    this.#arguments = parsed;
    this.observationStructure = { skipped_qpos: skipped, qpos: 5 - skipped, qvel: 5 };
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { forward_reward_weight, ctrl_cost_weight } = this.#arguments;
    const [xBefore, yBefore] = this.qpos.slice(0, 2) as unknown as [number, number];
    this.simulate(action);
    const xVelocity = (this.qpos[0]! - xBefore) / this.dt;
    const yVelocity = (this.qpos[1]! - yBefore) / this.dt;
    const forwardReward = forward_reward_weight * xVelocity;
    const cost = controlCost(ctrl_cost_weight, action);
    return {
      observation: this.observe(),
      reward: forwardReward - cost,
      terminated: false,
      truncated: false,
      info: {
        ...this.resetInfo(),
        x_velocity: xVelocity,
        y_velocity: yVelocity,
        ...(this.version === "v4"
          ? { reward_fwd: forwardReward, forward_reward: forwardReward }
          : { reward_forward: forwardReward }),
        reward_ctrl: -cost,
      },
    };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(generator, this.initialQpos, this.#arguments.reset_noise_scale, qpos);
    addUniformNoise(generator, this.initialQvel, this.#arguments.reset_noise_scale, qvel);
  }

  protected observe(): Float64Array {
    const { skipped_qpos: skipped, qpos } = this.observationStructure;
    const observation = new Float64Array(this.observationSpace.low.length);
    observation.set(this.qpos.subarray(skipped));
    observation.set(this.qvel, qpos);
    return observation;
  }

  protected override resetInfo(): Info {
    const [x, y] = this.qpos as unknown as [number, number];
    return placeInfo(x, y);
  }
}
