import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { StepResult } from "../../api/env.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addUniformNoise, MujocoEnv } from "../mujoco-env.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {};
const V5 = { frame_skip: 2, reset_noise_scale: 0.01 };
const MAX_ANGLE_RADIANS = 0.2;

/**
 * InvertedPendulum, v5 and v4: push a cart left and right to keep the pole on it upright.
 * README.md beside this file is its specification.
 */
export class InvertedPendulum extends MujocoEnv {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly observationStructure = { qpos: 2, qvel: 2 };
  readonly #resetNoiseScale: number;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<InvertedPendulum> {
    const parsed = readVersioned("InvertedPendulum", version, InvertedPendulum.accepted, kwargs);
    return new InvertedPendulum(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, MODEL_XML, { version, frameSkip: parsed.frame_skip, observationSize: 4 });
    this.#resetNoiseScale = parsed.reset_noise_scale;
  }

  step(action: Float32Array): StepResult<Float64Array> {
    this.simulate(action);
    const observation = this.observe();
    const isUpright = observation.every(Number.isFinite) && Math.abs(observation[1]!) <= MAX_ANGLE_RADIANS;
    const reward = isUpright || this.version === "v4" ? 1 : 0;
    return {
      observation,
      reward,
      terminated: !isUpright,
      truncated: false,
      info: this.version === "v4" ? {} : { reward_survive: reward },
    };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    const scale = this.#resetNoiseScale;
    addUniformNoise(generator, this.initialQpos, scale, qpos);
    addUniformNoise(generator, this.initialQvel, scale, qvel);
  }

  protected observe(): Float64Array {
    return Float64Array.of(...this.qpos, ...this.qvel);
  }
}
