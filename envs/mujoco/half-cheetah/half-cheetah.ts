import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { Info, StepResult } from "../../api/env.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addNormalNoise, addUniformNoise, controlCost, MujocoEnv } from "../mujoco-env.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {
  forward_reward_weight: 1,
  ctrl_cost_weight: 0.1,
  reset_noise_scale: 0.1,
  exclude_current_positions_from_observation: true,
};
const V5 = { frame_skip: 5, ...V4 };

/**
 * HalfCheetah, v5 and v4: a planar two-legged runner of seven bodies; make it run to the right as fast as possible.
 * README.md beside this file is its specification.
 */
export class HalfCheetah extends MujocoEnv {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly observationStructure: {
    readonly skipped_qpos: number;
    readonly qpos: number;
    readonly qvel: number;
  };
  readonly #arguments: typeof V5;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<HalfCheetah> {
    const parsed = readVersioned("HalfCheetah", version, HalfCheetah.accepted, kwargs);
    return new HalfCheetah(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    const skipped = parsed.exclude_current_positions_from_observation ? 1 : 0;
    super(engine, MODEL_XML, { version, frameSkip: parsed.frame_skip, observationSize: 18 - skipped });
    this.#arguments = parsed;
    this.observationStructure = { skipped_qpos: skipped, qpos: 9 - skipped, qvel: 9 };
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const before = this.qpos[0]!;
    this.simulate(action);
    const position = this.qpos[0]!;
    const velocity = (position - before) / this.dt;
    const forwardReward = this.#arguments.forward_reward_weight * velocity;
    const cost = controlCost(this.#arguments.ctrl_cost_weight, action);
    return {
      observation: this.observe(),
      reward: forwardReward - cost,
      terminated: false,
      truncated: false,
      info: {
        x_position: position,
        x_velocity: velocity,
        [this.version === "v4" ? "reward_run" : "reward_forward"]: forwardReward,
        reward_ctrl: -cost,
      },
    };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    const scale = this.#arguments.reset_noise_scale;
    addUniformNoise(generator, this.initialQpos, scale, qpos);
    addNormalNoise(generator, this.initialQvel, scale, qvel);
  }

  protected observe(): Float64Array {
    const { skipped_qpos: skipped, qpos } = this.observationStructure;
    const observation = new Float64Array(this.observationSpace.low.length);
    observation.set(skipped === 0 ? this.qpos : this.qpos.subarray(skipped));
    observation.set(this.qvel, qpos);
    return observation;
  }

  protected override resetInfo(): Info {
    return { x_position: this.qpos[0]! };
  }
}
