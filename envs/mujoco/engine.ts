import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import { RlAdanError, UsageError } from "../../src/errors.js";

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

  /**
   * Compiles a model once; environments of a kind share it, so it must not be changed. `file` is how errors name it.
   *
   * Throws UsageError, with the compiler's own words, file and line, when it is no model.
   */
  model(xml: string, file = "model.xml"): MjModel {
    let model = this.#models.get(xml);
    if (model === undefined) {
      try {
        model = this.module.MjModel.from_xml_string(xml);
      } catch (cause) {
        throw compileError(cause, file);
      }
      this.#models.set(xml, model);
    }
    return model;
  }

  createData(model: MjModel): MjData {
    return new this.module.MjData(model);
  }
}

/** The compiler says where as "line 2" or "Line number=2"; an engine error's line is one of its own source. */
function compileError(cause: unknown, file: string): UsageError {
  const said = (cause instanceof Error ? cause.message : String(cause))
    .replace(/^MuJoCo Error: Loading error: /, "")
    .trim()
    .split(/\s*\n\s*/)
    .join(", ");
  const line = said.includes("engine error") ? undefined : /\bline (?:number=)?(\d+)/i.exec(said)?.[1];
  const hint = /opening file/.test(said) ? " A model is one file: nothing that it names is read." : "";
  return new UsageError(
    "mujoco-model",
    `${file}${line === undefined ? "" : `:${line}`}: MuJoCo can't compile the model: ${said}.${hint}`,
    { cause },
  );
}
