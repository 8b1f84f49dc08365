import type { Info, StepResult } from "../../api/env.js";
import type { EnvArguments, Range } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { HUMANOID_BODY_DEFAULTS, HumanoidBody } from "../humanoid-body.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {};
const V5 = {
  ...HUMANOID_BODY_DEFAULTS,
  /** Gymnasium accepts it and never uses it; so do we. */
  uph_cost_weight: 1,
  impact_cost_weight: 5e-7,
  impact_cost_range: [-Infinity, 10] as Range,
};

const LYING_HEIGHT = 0.105;

/**
 * HumanoidStandup, v5 and v4: the humanoid lies on its back; make it stand up.
 * README.md beside this file is its specification.
 */
export class HumanoidStandup extends HumanoidBody {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly #arguments: typeof V5;
  /** Seconds per engine step: the height is divided by this one, not by dt. */
  readonly #timestep: number;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<HumanoidStandup> {
    const parsed = readVersioned("HumanoidStandup", version, HumanoidStandup.accepted, kwargs);
    return new HumanoidStandup(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, MODEL_XML, version, parsed);
    this.#arguments = parsed;
    this.#timestep = this.model.opt.timestep;
  }

  step(action: Float32Array): StepResult<Float64Array> {
    this.simulate(action);
    const upReward = this.qpos[2]! / this.#timestep;
    const cost = this.actionCost(action);
    const impactCost = this.contactCost(
      this.#arguments.impact_cost_weight,
      this.#arguments.impact_cost_range,
    );
    return {
      observation: this.observe(),
      reward: upReward - cost - impactCost + 1,
      terminated: false,
      truncated: false,
      info: {
        ...(this.version === "v4" ? {} : this.resetInfo()),
        reward_linup: upReward,
        reward_quadctrl: -cost,
        reward_impact: -impactCost,
      },
    };
  }

  protected override resetInfo(): Info {
    const [x, y, z] = this.qpos as unknown as [number, number, number];
    return { x_position: x, y_position: y, z_distance_from_origin: z - LYING_HEIGHT, ...this.tendonInfo() };
  }
}
