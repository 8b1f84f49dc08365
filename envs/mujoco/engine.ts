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
  readonly #borrowers = new Map<string, number>();

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

  /** The same for a user's own models, of which there may be many: to be given back by every borrower. */
  borrow(xml: string, file: string): MjModel {
    const model = this.model(xml, file);
    this.#borrowers.set(xml, (this.#borrowers.get(xml) ?? 0) + 1);
    return model;
  }

  giveBack(xml: string): void {
    const left = (this.#borrowers.get(xml) ?? 0) - 1;
    if (left > 0) {
      this.#borrowers.set(xml, left);
      return;
    }
    this.#borrowers.delete(xml);
    this.#models.get(xml)?.delete();
    this.#models.delete(xml);
  }

  /** Throws RlAdanError when the engine's memory is used up. */
  createData(model: MjModel): MjData {
    try {
      return new this.module.MjData(model);
    } catch (cause) {
      throw engineError(cause);
    }
  }

  /** A forward pass. Throws RlAdanError, as a step does, when the engine gives up. */
  forward(model: MjModel, data: MjData): void {
    try {
      this.module.mj_forward(model, data);
    } catch (cause) {
      throw engineError(cause);
    }
  }

  /** `count` engine steps, then what an environment reads of forces. */
  step(model: MjModel, data: MjData, count: number): void {
    const { mj_step } = this.module;
    try {
      for (let k = 0; k < count; k++) mj_step(model, data);
      this.module.mj_rnePostConstraint(model, data);
    } catch (cause) {
      throw engineError(cause);
    }
  }
}

/** What the engine throws as a sentence; it stays usable after. */
function engineError(cause: unknown): RlAdanError {
  const said = cause instanceof Error ? cause.message.trim().replace(/\s*\n\s*/g, ", ") : String(cause);
  const hint = /memory/i.test(said) ? " Give the model a larger <size memory>, or close environments." : "";
  return new RlAdanError("mujoco", `${said}.${hint}`, { cause });
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
