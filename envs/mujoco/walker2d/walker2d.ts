import type { EnvArguments, Range } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { PlanarLegs } from "../planar-legs.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";
import { MODEL_V4_XML } from "./model-v4.js";

const V4 = {
  forward_reward_weight: 1,
  ctrl_cost_weight: 1e-3,
  healthy_reward: 1,
  terminate_when_unhealthy: true,
  healthy_z_range: [0.8, 2] as Range,
  healthy_angle_range: [-1, 1] as Range,
  reset_noise_scale: 5e-3,
  exclude_current_positions_from_observation: true,
};
const V5 = { frame_skip: 4, ...V4 };

/**
 * Walker2d, v5 and v4: a planar two-legged figure; make it walk forward without falling.
 * README.md beside this file is its specification.
 */
export class Walker2d extends PlanarLegs {
  static readonly accepted = { v4: V4, v5: V5 };
  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<Walker2d> {
    const parsed = readVersioned("Walker2d", version, Walker2d.accepted, kwargs);
    return new Walker2d(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, version === "v4" ? MODEL_V4_XML : MODEL_XML, version, 9, parsed);
  }
}
