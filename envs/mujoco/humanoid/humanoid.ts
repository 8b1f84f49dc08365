import type { Info, StepResult } from "../../api/env.js";
import { type EnvArguments, type Range, readArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { HUMANOID_BODY_DEFAULTS, HumanoidBody } from "../humanoid-body.js";
import { isWithin } from "../planar-legs.js";
import { MODEL_XML } from "./model.generated.js";

const DEFAULTS = {
  ...HUMANOID_BODY_DEFAULTS,
  forward_reward_weight: 1.25,
  contact_cost_weight: 5e-7,
  contact_cost_range: [-Infinity, 10] as Range,
  healthy_reward: 5,
  terminate_when_unhealthy: true,
  healthy_z_range: [1, 2] as Range,
};

/**
 * Humanoid-v5: a figure of thirteen bodies; make it walk forward without falling.
 * README.md beside this file is its specification.
 */
export class Humanoid extends HumanoidBody {
  readonly #arguments: typeof DEFAULTS;
  readonly #masses: Float64Array;
  readonly #totalMass: number;

  static async create(kwargs: EnvArguments = {}): Promise<Humanoid> {
    const parsed = readArguments("Humanoid-v5", DEFAULTS, kwargs);
    return new Humanoid(await loadEngine(), parsed);
  }

  private constructor(engine: Engine, parsed: typeof DEFAULTS) {
    super(engine, MODEL_XML, parsed);
    this.#arguments = parsed;
    this.#masses = Float64Array.from(this.model.body_mass as Float64Array);
    this.#totalMass = this.#masses.reduce((sum, mass) => sum + mass, 0);
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { forward_reward_weight, healthy_reward, healthy_z_range, terminate_when_unhealthy } =
      this.#arguments;
    const [xBefore, yBefore] = this.#massCenter();
    this.simulate(action);
    const [xAfter, yAfter] = this.#massCenter();
    const xVelocity = (xAfter - xBefore) / this.dt;
    const yVelocity = (yAfter - yBefore) / this.dt;
    const isHealthy = isWithin(this.qpos[2]!, healthy_z_range);
    const forwardReward = forward_reward_weight * xVelocity;
    const survivalReward = isHealthy ? healthy_reward : 0;
    const cost = this.actionCost(action);
    const contactCost = this.contactCost(
      this.#arguments.contact_cost_weight,
      this.#arguments.contact_cost_range,
    );
    return {
      observation: this.observe(),
      reward: forwardReward + survivalReward - (cost + contactCost),
      terminated: !isHealthy && terminate_when_unhealthy,
      truncated: false,
      info: {
        ...this.resetInfo(),
        x_velocity: xVelocity,
        y_velocity: yVelocity,
        reward_survive: survivalReward,
        reward_forward: forwardReward,
        reward_ctrl: -cost,
        reward_contact: -contactCost,
      },
    };
  }

  protected override resetInfo(): Info {
    const [x, y] = this.qpos as unknown as [number, number];
    return {
      x_position: x,
      y_position: y,
      ...this.tendonInfo(),
      distance_from_origin: Math.sqrt(x * x + y * y),
    };
  }

  /** The mass-weighted mean of the bodies' own centres, x and y. */
  #massCenter(): [number, number] {
    const centers = this.derived("xipos");
    let x = 0;
    let y = 0;
    for (let body = 0; body < this.#masses.length; body++) {
      x += this.#masses[body]! * centers[3 * body]!;
      y += this.#masses[body]! * centers[3 * body + 1]!;
    }
    return [x / this.#totalMass, y / this.#totalMass];
  }
}
