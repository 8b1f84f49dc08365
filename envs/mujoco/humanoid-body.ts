import type { Pcg64 } from "../../src/random/pcg64.js";
import type { Range } from "../arguments.js";
import type { Engine } from "./engine.js";
import { addUniformNoise, type DerivedArray, MujocoEnv } from "./mujoco-env.js";
import type { Version } from "./versions.js";

/** Arguments that Humanoid and HumanoidStandup share. */
export interface HumanoidBodyArguments {
  readonly frame_skip: number;
  readonly ctrl_cost_weight: number;
  readonly reset_noise_scale: number;
  readonly exclude_current_positions_from_observation: boolean;
  readonly include_cinert_in_observation: boolean;
  readonly include_cvel_in_observation: boolean;
  readonly include_qfrc_actuator_in_observation: boolean;
  readonly include_cfrc_ext_in_observation: boolean;
}

export const HUMANOID_BODY_DEFAULTS = {
  frame_skip: 5,
  ctrl_cost_weight: 0.1,
  reset_noise_scale: 1e-2,
  exclude_current_positions_from_observation: true,
  include_cinert_in_observation: true,
  include_cvel_in_observation: true,
  include_qfrc_actuator_in_observation: true,
  include_cfrc_ext_in_observation: true,
};

interface ObservationStructure {
  readonly skipped_qpos: number;
  readonly qpos: number;
  readonly qvel: number;
  readonly cinert: number;
  readonly cvel: number;
  readonly qfrc_actuator: number;
  readonly cfrc_ext: number;
  /** Tendons are in the info, not in the observation: 0, as Gymnasium has it. */
  readonly ten_length: 0;
  readonly ten_velocity: 0;
}

const QPOS = 24;
const QVEL = 23;
/** Bodies but the world. */
const BODIES = 13;
/** What the world's row, or the free root's entries, take at the front of each array: v5 leaves them out. */
const FRONT = { cinert: 10, cvel: 6, qfrc_actuator: 6, cfrc_ext: 6 } as const;

/** The humanoid's body: start, observation, costs. Standing and standing up differ in the rest. */
export abstract class HumanoidBody extends MujocoEnv {
  readonly observationStructure: ObservationStructure;
  readonly #body: HumanoidBodyArguments;

  constructor(engine: Engine, xml: string, version: Version, parsed: HumanoidBodyArguments) {
    const sizeOf = (isShown: boolean, name: keyof typeof FRONT, size: number) =>
      isShown ? size + (version === "v4" ? FRONT[name] : 0) : 0;
    const skipped = parsed.exclude_current_positions_from_observation ? 2 : 0;
    const structure = {
      skipped_qpos: skipped,
      qpos: QPOS - skipped,
      qvel: QVEL,
      cinert: sizeOf(parsed.include_cinert_in_observation, "cinert", 10 * BODIES),
      cvel: sizeOf(parsed.include_cvel_in_observation, "cvel", 6 * BODIES),
      qfrc_actuator: sizeOf(parsed.include_qfrc_actuator_in_observation, "qfrc_actuator", QVEL - 6),
      cfrc_ext: sizeOf(parsed.include_cfrc_ext_in_observation, "cfrc_ext", 6 * BODIES),
    };
    const { qpos, qvel, cinert, cvel, qfrc_actuator, cfrc_ext } = structure;
    const observationSize = qpos + qvel + cinert + cvel + qfrc_actuator + cfrc_ext;
    super(engine, xml, { version, frameSkip: parsed.frame_skip, observationSize });
    this.#body = parsed;
    this.observationStructure = { ...structure, ten_length: 0, ten_velocity: 0 };
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(generator, this.initialQpos, this.#body.reset_noise_scale, qpos);
    addUniformNoise(generator, this.initialQvel, this.#body.reset_noise_scale, qvel);
  }

  protected observe(): Float64Array {
    const structure = this.observationStructure;
    const observation = new Float64Array(this.observationSpace.low.length);
    observation.set(this.qpos.subarray(structure.skipped_qpos));
    observation.set(this.qvel, structure.qpos);
    let at = structure.qpos + structure.qvel;
    for (const name of Object.keys(FRONT) as (keyof typeof FRONT)[]) {
      if (structure[name] === 0) continue;
      const array = this.derived(name satisfies DerivedArray);
      observation.set(array.subarray(array.length - structure[name]), at);
      at += structure[name];
    }
    return observation;
  }

  /** ctrl_cost_weight · Σ action², in float64: Gymnasium squares the engine's copy of the action here. */
  protected actionCost(action: Float32Array): number {
    let sum = 0;
    for (const value of action) sum += value * value;
    return this.#body.ctrl_cost_weight * sum;
  }

  /** weight · Σ cfrc_ext² within a range; the forces themselves are not clipped. */
  protected contactCost(weight: number, [low, high]: Range): number {
    let sum = 0;
    for (const force of this.derived("cfrc_ext")) sum += force * force;
    return Math.min(Math.max(weight * sum, low), high);
  }

  /** Copies: the engine's own arrays change with the next step. */
  protected tendonInfo(): { tendon_length: Float64Array; tendon_velocity: Float64Array } {
    return {
      tendon_length: this.derived("ten_length").slice(),
      tendon_velocity: this.derived("ten_velocity").slice(),
    };
  }
}
