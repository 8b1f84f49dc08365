import { type EnvArguments, type Range, readArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { isWithin, PlanarLegs } from "../planar-legs.js";
import { MODEL_XML } from "./model.generated.js";

const DEFAULTS = {
  frame_skip: 4,
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

/**
 * Hopper-v5: a planar one-legged figure; make it hop forward without falling.
 * README.md beside this file is its specification.
 */
export class Hopper extends PlanarLegs {
  readonly #healthyStateRange: Range;

  static async create(kwargs: EnvArguments = {}): Promise<Hopper> {
    const parsed = readArguments("Hopper-v5", DEFAULTS, kwargs);
    return new Hopper(await loadEngine(), parsed);
  }

  private constructor(engine: Engine, parsed: typeof DEFAULTS) {
    super(engine, MODEL_XML, 6, parsed);
    this.#healthyStateRange = parsed.healthy_state_range;
  }

  /** Also every joint angle, the pitch and every velocity strictly within the state range. */
  protected override isHealthy(): boolean {
    const range = this.#healthyStateRange;
    const isInside = (value: number) => isWithin(value, range);
    return super.isHealthy() && this.qpos.subarray(2).every(isInside) && this.qvel.every(isInside);
  }
}
