import { type EnvArguments, type Range, readArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { PlanarLegs } from "../planar-legs.js";
import { MODEL_XML } from "./model.generated.js";

const DEFAULTS = {
  frame_skip: 4,
  forward_reward_weight: 1,
  ctrl_cost_weight: 1e-3,
  healthy_reward: 1,
  terminate_when_unhealthy: true,
  healthy_z_range: [0.8, 2] as Range,
  healthy_angle_range: [-1, 1] as Range,
  reset_noise_scale: 5e-3,
  exclude_current_positions_from_observation: true,
};

/**
 * Walker2d-v5: a planar two-legged figure; make it walk forward without falling.
 * README.md beside this file is its specification.
 */
export class Walker2d extends PlanarLegs {
  static async create(kwargs: EnvArguments = {}): Promise<Walker2d> {
    const parsed = readArguments("Walker2d-v5", DEFAULTS, kwargs);
    return new Walker2d(await loadEngine(), parsed);
  }

  private constructor(engine: Engine, parsed: typeof DEFAULTS) {
    super(engine, MODEL_XML, 9, parsed);
  }
}
