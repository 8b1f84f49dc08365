import type { EnvArguments, Range } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { isWithin, PlanarLegs } from "../planar-legs.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {
  forward_reward_weight: 1,
  ctrl_cost_weight: 1e-3,
  healthy_reward: 1,
  terminate_when_unhealthy: true,
  healthy_state_range: [-100, 100] as Range,
  healthy_z_range: [0.7, Infinity] as Range,
  healthy_angle_range: [-0.2, 0.2] as Range,
  reset_noise_scale: 5e-3,
  exclude_current_positions_from_observation: true,
};
const V5 = { frame_skip: 4, ...V4 };

/**
 * Hopper, v5 and v4: a planar one-legged figure; make it hop forward without falling.
 * README.md beside this file is its specification.
 */
export class Hopper extends PlanarLegs {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly #healthyStateRange: Range;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<Hopper> {
    const parsed = readVersioned("Hopper", version, Hopper.accepted, kwargs);
    return new Hopper(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, MODEL_XML, version, 6, parsed);
    this.#healthyStateRange = parsed.healthy_state_range;
  }

  /** Also every joint angle, the pitch and every velocity strictly within the state range. */
  protected override isHealthy(): boolean {
    const range = this.#healthyStateRange;
    const isInside = (value: number) => isWithin(value, range);
    return super.isHealthy() && this.qpos.subarray(2).every(isInside) && this.qvel.every(isInside);
  }
}
