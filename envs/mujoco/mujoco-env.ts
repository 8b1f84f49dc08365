import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import { RlAdanError, ShapeError } from "../../src/errors.js";
import { Pcg64 } from "../../src/random/pcg64.js";
import type { Env, Info, ResetOptions, ResetResult, StepResult } from "../api/env.js";
import { anyState, float64s, orNull, readState } from "../api/saved-state.js";
import type { StateTree } from "../api/state.js";
import { checkAction } from "../arguments.js";
import { Box, entropySeed } from "../spaces/box.js";
import { warnOnce } from "../warn-once.js";
import type { Engine } from "./engine.js";
import type { Version } from "./versions.js";

/**
 * What all MuJoCo environments share: Gymnasium's MujocoEnv.
 *
 * reset: reset the data, let the environment draw qpos and qvel, one forward pass. step: copy the action to ctrl as
 * it is, `frame_skip` engine steps, then one mj_rnePostConstraint, where somebody reads what it computes. No forward pass
 * follows a step: derived arrays lag as they do in Gymnasium.
 */
export abstract class MujocoEnv implements Env<Float64Array, Float32Array> {
  readonly observationSpace: Box<Float64Array>;
  readonly actionSpace: Box<Float32Array>;
  /** Seconds per environment step. */
  readonly dt: number;
  readonly metadata: { readonly renderFps: number };
  protected readonly version: Version;
  protected readonly initialQpos: Float64Array;
  protected readonly initialQvel: Float64Array;
  readonly #engine: Engine;
  readonly #module: MainModule;
  readonly #model: MjModel;
  readonly #frameSkip: number;
  readonly #stateSignature: number;
  readonly #stateSize: number;
  #data: MjData | undefined;
  #views: Views;
  /** cfrc_ext is still that of an earlier step: nothing else depends on it, and few environments read it. */
  #forcesAreDue = false;
  #generator: Pcg64 | undefined;

  constructor(
    engine: Engine,
    model: MjModel | string,
    options: { version: Version; frameSkip: number; observationSize: number },
  ) {
    this.version = options.version;
    this.#module = engine.module;
    this.#engine = engine;
    this.#model = typeof model === "string" ? engine.model(model) : model;
    this.#data = engine.createData(this.#model);
    this.#frameSkip = options.frameSkip;
    this.#stateSignature = engine.module.mjtState.mjSTATE_INTEGRATION.value;
    this.#stateSize = engine.module.mj_stateSize(this.#model, this.#stateSignature);
    this.#views = takeViews(this.#data);
    this.initialQpos = this.qpos.slice();
    this.initialQvel = this.qvel.slice();
    this.dt = this.#model.opt.timestep * options.frameSkip;
    this.metadata = { renderFps: roundHalfEven(1 / this.dt) };
    const range: Float64Array = this.#model.actuator_ctrlrange;
    const bounds = (side: 0 | 1) =>
      Float64Array.from({ length: this.#model.nu }, (_, i) => range[2 * i + side]!);
    this.actionSpace = new Box<Float32Array>(bounds(0), bounds(1), [this.#model.nu], "float32");
    this.observationSpace = new Box<Float64Array>(-Infinity, Infinity, [options.observationSize], "float64");
  }

  reset(options: ResetOptions = {}): ResetResult<Float64Array> {
    if (options.seed !== undefined) this.#generator = new Pcg64(options.seed);
    this.#generator ??= new Pcg64(entropySeed());
    this.#tellWarnings();
    this.#module.mj_resetData(this.#model, this.#open());
    this.drawState(this.#generator, this.qpos, this.qvel);
    this.#engine.forward(this.#model, this.#open());
    this.#forcesAreDue = false;
    return { observation: this.observe(), info: this.version === "v4" ? {} : this.resetInfo() };
  }

  abstract step(action: Float32Array): StepResult<Float64Array>;

  /** Writes the start state into qpos and qvel, drawing in stream order. */
  protected abstract drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void;

  protected abstract observe(): Float64Array;

  /** What v5 says after a reset; v4 says nothing. */
  protected resetInfo(): Info {
    return {};
  }

  /** One environment step of the engine. */
  protected simulate(action: Float32Array): void {
    const data = this.#open();
    const { ctrl } = this.#current();
    checkAction(action, ctrl.length);
    ctrl.set(action);
    this.#engine.step(this.#model, data, this.#frameSkip);
    this.#forcesAreDue = true;
  }

  protected get qpos(): Float64Array {
    return this.#current().qpos;
  }

  protected get qvel(): Float64Array {
    return this.#current().qvel;
  }

  /**
   * A derived array of the engine, row-major by object; a view that the next call into the engine may change or detach.
   * After a step these belong to the engine's last force evaluation, not to the final qpos.
   */
  protected derived(name: DerivedArray): Float64Array {
    const data = this.#open();
    if (name === "cfrc_ext" && this.#forcesAreDue) {
      this.#engine.externalForces(this.#model, data);
      this.#forcesAreDue = false;
    }
    return data[name] as Float64Array;
  }

  protected get model(): MjModel {
    return this.#model;
  }

  close(): void {
    if (this.#data === undefined) return;
    this.#tellWarnings();
    this.#data.delete();
    this.#data = undefined;
  }

  /**
   * The engine's integration state, warm start included, and the derived positions that the next step's reward may
   * read: they lag behind qpos, so they can't be computed again.
   */
  state(): StateTree {
    const data = this.#open();
    const buffer = new this.#module.DoubleBuffer(this.#stateSize);
    try {
      this.#module.mj_getState(this.#model, data, buffer, this.#stateSignature);
      return {
        integration: Float64Array.from(buffer.GetView() as Float64Array),
        xpos: Float64Array.from(data.xpos as Float64Array),
        xipos: Float64Array.from(data.xipos as Float64Array),
        generator: this.#generator?.state() ?? null,
      };
    } finally {
      buffer.delete();
    }
  }

  /** Throws ShapeError, before anything changes, when the state is another model's. */
  restore(state: StateTree): void {
    const saved = readState("the environment", state, {
      integration: float64s(),
      xpos: float64s(),
      xipos: float64s(),
      generator: orNull(anyState),
    });
    const data = this.#open();
    requireLength("integration state", saved.integration, this.#stateSize);
    requireLength("xpos", saved.xpos, 3 * this.#model.nbody);
    requireLength("xipos", saved.xipos, 3 * this.#model.nbody);
    // An input of the binding may be a JavaScript-owned array; its type declaration only knows plain ones.
    const integration = saved.integration as unknown as number[];
    this.#module.mj_setState(this.#model, data, integration, this.#stateSignature);
    (data.xpos as Float64Array).set(saved.xpos);
    (data.xipos as Float64Array).set(saved.xipos);
    this.#forcesAreDue = false;
    this.#generator = saved.generator === null ? undefined : Pcg64.from(saved.generator);
  }

  /** The views of this moment: any allocation by an environment of this thread may grow the heap and detach them. */
  #current(): Views {
    if (this.#views.qpos.length === 0) this.#views = takeViews(this.#open());
    return this.#views;
  }

  /** The engine only counts what it had to put right; reset forgets the counts. */
  #tellWarnings(): void {
    const { warning } = this.#open();
    for (const [kind, sentence] of ENGINE_WARNINGS.entries()) {
      const entry = warning.get(kind)!;
      if (entry.number > 0) warnOnce(`mujoco-${kind}`, `MuJoCo met ${sentence(entry.lastinfo)}.`);
      entry.delete();
    }
  }

  #open(): MjData {
    if (this.#data === undefined) throw new RlAdanError("env-closed", "This environment is closed.");
    return this.#data;
  }
}

/** What each of the engine's counters says, in its order (mjtWarning); `at` is where it last happened. */
const ENGINE_WARNINGS: readonly ((at: number) => string)[] = [
  (at) => `the inertia matrix is close to singular, at degree of freedom ${at}`,
  (at) =>
    `more contacts than there is memory for (${at}): some are left out; give the model a larger <size memory>`,
  (at) =>
    `more constraints than there is memory for (${at}): some are left out; give the model a larger <size memory>`,
  (at) => `a position that is no number or huge, at qpos ${at}: the simulation was put back to its start`,
  (at) => `a velocity that is no number or huge, at qvel ${at}: the simulation was put back to its start`,
  (at) =>
    `an acceleration that is no number or huge, at degree of freedom ${at}: the simulation was put back to its start ` +
    "(is the time step too long, a force too large?)",
  (at) => `an action that is no number or huge, at actuator ${at}: no control was applied`,
];

/** Arrays of mjData that environments observe or are rewarded by. */
export type DerivedArray =
  | "xpos"
  | "xipos"
  | "xquat"
  | "xmat"
  | "geom_xpos"
  | "site_xpos"
  | "cinert"
  | "cvel"
  | "cfrc_ext"
  | "actuator_force"
  | "qfrc_actuator"
  | "qfrc_constraint"
  | "sensordata"
  | "ten_length"
  | "ten_velocity";

/** The distance between two bodies' frames, from xpos. */
export function distanceBetween(positions: Float64Array, a: number, b: number): number {
  const [dx, dy, dz] = [0, 1, 2].map((axis) => positions[3 * a + axis]! - positions[3 * b + axis]!) as [
    number,
    number,
    number,
  ];
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

/** A place on the ground, as `info` has it. */
export function placeInfo(x: number, y: number): Info {
  return { x_position: x, y_position: y, distance_from_origin: Math.sqrt(x * x + y * y) };
}

/** Adds uniform noise in ±scale to each start value, in order. */
export function addUniformNoise(
  generator: Pcg64,
  initial: Float64Array,
  scale: number,
  out: Float64Array,
): void {
  for (let i = 0; i < out.length; i++) out[i] = initial[i]! + generator.uniform(-scale, scale);
}

/** Adds normal noise of a deviation to each start value, in order. */
export function addNormalNoise(
  generator: Pcg64,
  initial: Float64Array,
  scale: number,
  out: Float64Array,
): void {
  for (let i = 0; i < out.length; i++) out[i] = initial[i]! + scale * generator.standardNormal();
}

/**
 * weight · Σ action² in float32, as NumPy computes it on float32 actions: up to seven terms from left to right, from
 * eight on in eight lanes joined as ((0+1)+(2+3))+((4+5)+(6+7)), the rest added after.
 */
export function controlCost(weight: number, action: Float32Array): number {
  const f = Math.fround;
  const lanes = action.length >= 8 ? 8 : 0;
  const whole = lanes === 0 ? 0 : action.length - (action.length % lanes);
  let sum = 0;
  if (lanes > 0) {
    const sums = new Float32Array(lanes);
    for (let i = 0; i < whole; i++) sums[i % lanes] = sums[i % lanes]! + f(action[i]! * action[i]!);
    const pair = (i: number) => f(sums[i]! + sums[i + 1]!);
    sum = f(f(pair(0) + pair(2)) + f(pair(4) + pair(6)));
  }
  for (let i = whole; i < action.length; i++) sum = f(sum + f(action[i]! * action[i]!));
  return f(f(weight) * sum);
}

function requireLength(what: string, saved: Float64Array, length: number): void {
  if (saved.length === length) return;
  throw new ShapeError(
    `A saved state's ${what} has ${saved.length} numbers where this environment has ${length}: it is another environment's.`,
  );
}

interface Views {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly ctrl: Float64Array;
}

function takeViews(data: MjData): Views {
  return { qpos: data.qpos, qvel: data.qvel, ctrl: data.ctrl };
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.floor(x + 0.5);
  return floor % 2 === 0 ? floor : floor + 1;
}
