import type { Info, StepResult } from "../../api/env.js";
import type { EnvArguments, Range } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { HUMANOID_BODY_DEFAULTS, HumanoidBody } from "../humanoid-body.js";
import { placeInfo } from "../mujoco-env.js";
import { isWithin } from "../planar-legs.js";
import { earnsSurvival, readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {
  forward_reward_weight: 1.25,
  ctrl_cost_weight: HUMANOID_BODY_DEFAULTS.ctrl_cost_weight,
  healthy_reward: 5,
  terminate_when_unhealthy: true,
  healthy_z_range: [1, 2] as Range,
  reset_noise_scale: HUMANOID_BODY_DEFAULTS.reset_noise_scale,
  exclude_current_positions_from_observation: true,
};
const V5 = {
  ...HUMANOID_BODY_DEFAULTS,
  ...V4,
  contact_cost_weight: 5e-7,
  contact_cost_range: [-Infinity, 10] as Range,
};

/**
 * Humanoid, v5 and v4: a figure of thirteen bodies; make it walk forward without falling.
 * README.md beside this file is its specification.
 */
export class Humanoid extends HumanoidBody {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly #arguments: typeof V5;
  readonly #masses: Float64Array;
  readonly #totalMass: number;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<Humanoid> {
    const parsed = readVersioned("Humanoid", version, Humanoid.accepted, kwargs);
    return new Humanoid(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, MODEL_XML, version, parsed);
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
    const isPaid = earnsSurvival(this.version, isHealthy, terminate_when_unhealthy);
    const survivalReward = isPaid ? healthy_reward : 0;
    const cost = this.actionCost(action);
    const { contact_cost_weight, contact_cost_range } = this.#arguments;
    // v4 has no contact cost.
    const contactCost = this.version === "v4" ? 0 : this.contactCost(contact_cost_weight, contact_cost_range);
    return {
      observation: this.observe(),
      reward: forwardReward + survivalReward - (cost + contactCost),
      terminated: !isHealthy && terminate_when_unhealthy,
      truncated: false,
      info: {
        x_velocity: xVelocity,
        y_velocity: yVelocity,
        ...(this.version === "v4"
          ? {
              ...placeInfo(xAfter, yAfter),
              reward_alive: survivalReward,
              reward_linvel: forwardReward,
              forward_reward: forwardReward,
              reward_quadctrl: -cost,
            }
          : {
              ...this.resetInfo(),
              reward_survive: survivalReward,
              reward_forward: forwardReward,
              reward_ctrl: -cost,
              reward_contact: -contactCost,
            }),
      },
    };
  }

  protected override resetInfo(): Info {
    const [x, y] = this.qpos as unknown as [number, number];
    return { ...placeInfo(x, y), ...this.tendonInfo() };
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
