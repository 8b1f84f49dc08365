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
      throw isOutOfMemory(error)
        ? new RlAdanError(
            "memory",
            "The system refuses the memory that MuJoCo asks for; raise its limit (ulimit -v, a container's).",
            { cause: error },
          )
        : error;
    });
  return loading;
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /out of memory|cannot allocate|could not allocate/i.test(error.message);
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
  readonly #lent = new Map<string, { readonly model: MjModel; borrowers: number }>();

  constructor(readonly module: MainModule) {
    const version = module.mj_versionString();
    if (version !== MUJOCO_VERSION) {
      throw new RlAdanError(
        "mujoco-version",
        `@mujoco/mujoco is ${version}; this version of rl-adan needs exactly ${MUJOCO_VERSION}. Run npm ci.`,
      );
    }
  }

  /** Compiles a built-in model once; environments of a kind share it for good, so it must not be changed. */
  model(xml: string): MjModel {
    let model = this.#models.get(xml);
    if (model === undefined) {
      model = this.#compile(xml, "model.xml");
      this.#models.set(xml, model);
    }
    return model;
  }

  /**
   * A user's own model, of which there may be many: shared while it is borrowed, to be given back by every borrower.
   * `file` is how errors name it.
   *
   * Throws UsageError, with the compiler's own words, file and line, when it is no model.
   */
  borrow(xml: string, file: string): MjModel {
    const lent = this.#lent.get(xml) ?? { model: this.#compile(xml, file), borrowers: 0 };
    lent.borrowers += 1;
    this.#lent.set(xml, lent);
    return lent.model;
  }

  giveBack(xml: string): void {
    const lent = this.#lent.get(xml)!;
    lent.borrowers -= 1;
    if (lent.borrowers > 0) return;
    this.#lent.delete(xml);
    lent.model.delete();
  }

  #compile(xml: string, file: string): MjModel {
    try {
      return this.module.MjModel.from_xml_string(xml);
    } catch (cause) {
      throw compileError(cause, file);
    }
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

  /** `count` engine steps. */
  step(model: MjModel, data: MjData, count: number): void {
    const { mj_step } = this.module;
    try {
      for (let k = 0; k < count; k++) mj_step(model, data);
    } catch (cause) {
      throw engineError(cause);
    }
  }

  /** Computes cfrc_ext, the forces on bodies, for the accelerations of the last step. */
  externalForces(model: MjModel, data: MjData): void {
    try {
      this.module.mj_rnePostConstraint(model, data);
    } catch (cause) {
      throw engineError(cause);
    }
  }
}

/** A trap of WebAssembly (its stack or memory ended) leaves an engine that can't be used again: the next caller loads another. */
function forgetBroken(cause: unknown): void {
  if (cause instanceof WebAssembly.RuntimeError) loading = undefined;
}

/** What the engine throws as a sentence; it stays usable after all but a trap. */
function engineError(cause: unknown): RlAdanError {
  forgetBroken(cause);
  const said = cause instanceof Error ? cause.message.trim().replace(/\s*\n\s*/g, ", ") : String(cause);
  const hint = /memory/i.test(said) ? " Give the model a larger <size memory>, or close environments." : "";
  return new RlAdanError("mujoco", `${said}.${hint}`, { cause });
}

/** The compiler says where as "line 2" or "Line number=2"; an engine error's line is one of its own source. */
function compileError(cause: unknown, file: string): UsageError {
  forgetBroken(cause);
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
