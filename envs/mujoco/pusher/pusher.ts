import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { StepResult } from "../../api/env.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { controlCost, distanceBetween, MujocoEnv } from "../mujoco-env.js";
import { readVersioned } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V5 = {
  frame_skip: 5,
  reward_near_weight: 0.5,
  reward_dist_weight: 1,
  reward_control_weight: 0.1,
};
/** Body ids: see the model. */
const TIPS_ARM = 10;
const OBJECT = 11;
const GOAL = 12;
const ARM_JOINTS = 7;
/** The object starts farther from the goal than this. */
const MIN_START_DISTANCE = 0.17;
const VELOCITY_NOISE = 0.005;

/**
 * Pusher-v5: an arm of seven joints; make it push a cylinder to a goal.
 * README.md beside this file is its specification.
 */
export class Pusher extends MujocoEnv {
  static readonly accepted = { v5: V5 };
  readonly #arguments: typeof V5;

  static async create(kwargs: EnvArguments = {}): Promise<Pusher> {
    const parsed = readVersioned("Pusher", "v5", Pusher.accepted, kwargs);
    return new Pusher(await loadEngine(), parsed);
  }

  private constructor(engine: Engine, parsed: typeof V5) {
    super(engine, MODEL_XML, { version: "v5", frameSkip: parsed.frame_skip, observationSize: 23 });
    this.#arguments = parsed;
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { reward_near_weight, reward_dist_weight, reward_control_weight } = this.#arguments;
    this.simulate(action);
    const positions = this.derived("xpos");
    const nearReward = -reward_near_weight * distanceBetween(positions, OBJECT, TIPS_ARM);
    const distanceReward = -reward_dist_weight * distanceBetween(positions, OBJECT, GOAL);
    const controlReward = -controlCost(reward_control_weight, action);
    return {
      observation: this.observe(),
      reward: distanceReward + controlReward + nearReward,
      terminated: false,
      truncated: false,
      info: { reward_dist: distanceReward, reward_ctrl: controlReward, reward_near: nearReward },
    };
  }

  /** The object's slides are y, then x; arm and goal start at their model's positions. */
  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    qpos.set(this.initialQpos);
    let y: number;
    let x: number;
    do {
      y = generator.uniform(-0.3, 0);
      x = generator.uniform(-0.2, 0.2);
    } while (Math.sqrt(y * y + x * x) <= MIN_START_DISTANCE);
    qpos.set([y, x, 0, 0], ARM_JOINTS);
    for (let i = 0; i < qvel.length; i++) {
      qvel[i] = this.initialQvel[i]! + generator.uniform(-VELOCITY_NOISE, VELOCITY_NOISE);
    }
    qvel.fill(0, ARM_JOINTS);
  }

  protected observe(): Float64Array {
    const positions = this.derived("xpos");
    const observation = new Float64Array(23);
    observation.set(this.qpos.subarray(0, ARM_JOINTS));
    observation.set(this.qvel.subarray(0, ARM_JOINTS), ARM_JOINTS);
    observation.set(positions.subarray(3 * TIPS_ARM, 3 * (GOAL + 1)), 2 * ARM_JOINTS);
    return observation;
  }
}
