import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import { RlAdanError } from "../../src/errors.js";

/** The version that the recorded trajectories and every published result belong to. */
export const MUJOCO_VERSION = "3.14.0";

let loading: Promise<Engine> | undefined;

/** The physics engine of this thread, loaded when first asked for. */
export function loadEngine(): Promise<Engine> {
  loading ??= import("@mujoco/mujoco")
    .then(async ({ default: load }) => new Engine(await load()))
    .catch((error: unknown) => {
      // The next caller may try again.
      loading = undefined;
      throw error;
    });
  return loading;
}

/**
 * MuJoCo's WebAssembly build, as far as environments use it.
 *
 * Rules of the bindings that this module and `mujoco-env.ts` keep: a JavaScript-owned typed array never serves as an
 * output argument (it would corrupt the heap), views are taken again when the heap has grown (a detached view has
 * length 0), boolean array getters and mj_id2name are not touched, and nothing but models, data and buffers is deleted.
 */
export class Engine {
  readonly #models = new Map<string, MjModel>();

  constructor(readonly module: MainModule) {
    const version = module.mj_versionString();
    if (version !== MUJOCO_VERSION) {
      throw new RlAdanError(
        "mujoco-version",
        `@mujoco/mujoco is ${version}; this version of rl-adan needs exactly ${MUJOCO_VERSION}. Run npm ci.`,
      );
    }
  }

  /** Compiles a model once; environments of a kind share it, so it must not be changed. */
  model(xml: string): MjModel {
    let model = this.#models.get(xml);
    if (model === undefined) {
      model = this.module.MjModel.from_xml_string(xml);
      this.#models.set(xml, model);
    }
    return model;
  }

  createData(model: MjModel): MjData {
    return new this.module.MjData(model);
  }
}
