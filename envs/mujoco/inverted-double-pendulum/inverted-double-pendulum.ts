import { cos, sin } from "../../../src/math/index.js";
import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { StepResult } from "../../api/env.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addNormalNoise, addUniformNoise, MujocoEnv } from "../mujoco-env.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {};
const V5 = { frame_skip: 5, healthy_reward: 10, reset_noise_scale: 0.1 };
/** The tip must stay above this; upright it is at 1.2 m over the rail, whose own height is 1 there. */
const MIN_TIP_HEIGHT = 1;
const OBSERVATION_LIMIT = 10;

/**
 * InvertedDoublePendulum, v5 and v4: push a cart left and right to keep two poles, one upon the other, upright.
 * README.md beside this file is its specification.
 */
export class InvertedDoublePendulum extends MujocoEnv {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly #arguments: typeof V5;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<InvertedDoublePendulum> {
    const parsed = readVersioned("InvertedDoublePendulum", version, InvertedDoublePendulum.accepted, kwargs);
    return new InvertedDoublePendulum(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, MODEL_XML, {
      version,
      frameSkip: parsed.frame_skip,
      observationSize: version === "v4" ? 11 : 9,
    });
    this.#arguments = parsed;
  }

  step(action: Float32Array): StepResult<Float64Array> {
    this.simulate(action);
    const tip = this.derived("site_xpos");
    const [x, y] = [tip[0]!, tip[2]!];
    const terminated = y <= MIN_TIP_HEIGHT;
    const [, v1, v2] = this.qvel as unknown as [number, number, number];
    const distancePenalty = 0.01 * x * x + (y - 2) * (y - 2);
    const velocityPenalty = 1e-3 * v1 * v1 + 5e-3 * v2 * v2;
    const isPaid = !terminated || this.version === "v4";
    const survivalReward = isPaid ? this.#arguments.healthy_reward : 0;
    return {
      observation: this.observe(),
      reward: survivalReward - distancePenalty - velocityPenalty,
      terminated,
      truncated: false,
      info:
        this.version === "v4"
          ? {}
          : {
              reward_survive: survivalReward,
              distance_penalty: -distancePenalty,
              velocity_penalty: -velocityPenalty,
            },
    };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(generator, this.initialQpos, this.#arguments.reset_noise_scale, qpos);
    addNormalNoise(generator, this.initialQvel, this.#arguments.reset_noise_scale, qvel);
  }

  protected observe(): Float64Array {
    const [position, angle1, angle2] = this.qpos as unknown as [number, number, number];
    const clipped = (value: number) => Math.min(Math.max(value, -OBSERVATION_LIMIT), OBSERVATION_LIMIT);
    // The hinges' constraint forces, which v4 shows too, are always 0: only the slider has a limit in reach.
    const forces = this.derived("qfrc_constraint").subarray(0, this.version === "v4" ? 3 : 1);
    return Float64Array.of(
      position,
      sin(angle1),
      sin(angle2),
      cos(angle1),
      cos(angle2),
      ...this.qvel.map(clipped),
      ...forces.map(clipped),
    );
  }
}
