import { cos, sin } from "../../../src/math/index.js";
import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { StepResult } from "../../api/env.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { controlCost, distanceBetween, MujocoEnv } from "../mujoco-env.js";
import { readVersioned, type Version } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

const V4 = {};
const V5 = { frame_skip: 2, reward_dist_weight: 1, reward_control_weight: 1 };
/** Body ids: see the model. */
const FINGERTIP = 3;
const TARGET = 4;
/** The target lies within this distance of the arm's root. */
const TARGET_RADIUS = 0.2;
const POSITION_NOISE = 0.1;
const VELOCITY_NOISE = 0.005;

/**
 * Reacher, v5 and v4: an arm of two links; make its fingertip reach a target.
 * README.md beside this file is its specification.
 */
export class Reacher extends MujocoEnv {
  static readonly accepted = { v4: V4, v5: V5 };
  readonly #arguments: typeof V5;

  static async create(kwargs: EnvArguments = {}, version: Version = "v5"): Promise<Reacher> {
    const parsed = readVersioned("Reacher", version, Reacher.accepted, kwargs);
    return new Reacher(await loadEngine(), version, parsed);
  }

  private constructor(engine: Engine, version: Version, parsed: typeof V5) {
    super(engine, MODEL_XML, {
      version,
      frameSkip: parsed.frame_skip,
      observationSize: version === "v4" ? 11 : 10,
    });
    this.#arguments = parsed;
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { reward_dist_weight, reward_control_weight } = this.#arguments;
    const before = this.#distance();
    this.simulate(action);
    // v4 pays for the distance before the step.
    const distanceReward = -reward_dist_weight * (this.version === "v4" ? before : this.#distance());
    const controlReward = -controlCost(reward_control_weight, action);
    return {
      observation: this.observe(),
      reward: distanceReward + controlReward,
      terminated: false,
      truncated: false,
      info: { reward_dist: distanceReward, reward_ctrl: controlReward },
    };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    for (let i = 0; i < qpos.length; i++) {
      qpos[i] = generator.uniform(-POSITION_NOISE, POSITION_NOISE) + this.initialQpos[i]!;
    }
    let x: number;
    let y: number;
    do {
      x = generator.uniform(-TARGET_RADIUS, TARGET_RADIUS);
      y = generator.uniform(-TARGET_RADIUS, TARGET_RADIUS);
    } while (Math.sqrt(x * x + y * y) >= TARGET_RADIUS);
    qpos.set([x, y], 2);
    for (let i = 0; i < qvel.length; i++) {
      qvel[i] = this.initialQvel[i]! + generator.uniform(-VELOCITY_NOISE, VELOCITY_NOISE);
    }
    qvel.fill(0, 2);
  }

  protected observe(): Float64Array {
    const [angle0, angle1, targetX, targetY] = this.qpos as unknown as [number, number, number, number];
    const [v0, v1] = this.qvel as unknown as [number, number];
    const positions = this.derived("xpos");
    // v4 shows the difference in height too, which is 0.
    const axes = this.version === "v4" ? [0, 1, 2] : [0, 1];
    return Float64Array.of(
      cos(angle0),
      cos(angle1),
      sin(angle0),
      sin(angle1),
      targetX,
      targetY,
      v0,
      v1,
      ...axes.map((axis) => positions[3 * FINGERTIP + axis]! - positions[3 * TARGET + axis]!),
    );
  }

  #distance(): number {
    return distanceBetween(this.derived("xpos"), FINGERTIP, TARGET);
  }
}
