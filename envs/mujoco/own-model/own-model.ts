import type { MjModel } from "@mujoco/mujoco";
import { RlAdanError, UsageError } from "../../../src/errors.js";
import { compileExpression, isBuiltinName } from "../../../src/expression/expression.js";
import type { Value } from "../../../src/expression/value.js";
import type { Pcg64 } from "../../../src/random/pcg64.js";
import type { Info, StepResult } from "../../api/env.js";
import { InvalidArgument } from "../../api/errors.js";
import { anyState, float64Lists, readState } from "../../api/saved-state.js";
import type { StateTree } from "../../api/state.js";
import type { EnvArguments } from "../../arguments.js";
import { type Engine, loadEngine } from "../engine.js";
import { addNormalNoise, addUniformNoise, MujocoEnv } from "../mujoco-env.js";
import { idOf } from "./names.js";
import { Readings } from "./readings.js";
import { readTask, type StartNoise, type Task } from "./task.js";
import { taskScope } from "./task-scope.js";

/**
 * A model of the user's own, made an environment by expressions: the id `mujoco`.
 * README.md beside this file is its specification.
 */
export class OwnModel extends MujocoEnv {
  readonly #task: Task;
  readonly #compiled: CompiledTask;
  readonly #engine: Engine;
  readonly #start: Start;
  #isOpen = true;

  /** Throws InvalidArgument, or UsageError from an expression or, with file and line, from the model's compiler. */
  static async create(kwargs: EnvArguments = {}): Promise<OwnModel> {
    const task = readTask(kwargs);
    const engine = await loadEngine();
    const model = engine.borrow(task.xml, task.file);
    try {
      requireControlRanges(model, task.file);
      const start = startOf(task, model);
      return new OwnModel(engine, model, task, compileTask(task, new Readings(model)), start);
    } catch (error) {
      engine.giveBack(task.xml);
      throw error;
    }
  }

  private constructor(
    engine: Engine,
    model: MjModel,
    task: Task,
    compiled: CompiledTask,
    start: Start | undefined,
  ) {
    super(engine, model, {
      version: "v5",
      frameSkip: task.frameSkip,
      observationSize: compiled.observation.reduce((size, { length }) => size + length, 0),
    });
    this.#engine = engine;
    this.#task = task;
    this.#compiled = compiled;
    this.#start = start ?? { qpos: this.initialQpos, qvel: this.initialQvel };
    compiled.readings.attach({
      dt: this.dt,
      read: (name) => (name === "qpos" ? this.qpos : name === "qvel" ? this.qvel : this.derived(name)),
    });
  }

  step(action: Float32Array): StepResult<Float64Array> {
    const { readings, reward: terms, termination } = this.#compiled;
    this.simulate(action);
    readings.action.set(action);
    readings.afterStep();
    const info: Record<string, unknown> = this.#quantities();
    let reward = 0;
    for (const [name, term] of terms) {
      const earned = term.at(0);
      if (!Number.isFinite(earned)) throw notFinite(name, earned);
      info[`reward_${name}`] = earned;
      reward += earned;
    }
    const terminated = termination !== undefined && termination.at(0) !== 0;
    return { observation: this.#observation(), reward, terminated, truncated: false, info };
  }

  override state(): StateTree {
    return { simulation: super.state(), rates: this.#compiled.readings.state() };
  }

  override restore(state: StateTree): void {
    const { simulation, rates } = readState("the environment", state, {
      simulation: anyState,
      rates: float64Lists,
    });
    this.#compiled.readings.check(rates);
    super.restore(simulation);
    this.#compiled.readings.restore(rates);
  }

  protected drawState(generator: Pcg64, qpos: Float64Array, qvel: Float64Array): void {
    const { noise } = this.#task;
    drawNoise(generator, noise.qpos, this.#start.qpos, qpos);
    drawNoise(generator, noise.qvel, this.#start.qvel, qvel);
  }

  override close(): void {
    super.close();
    if (this.#isOpen) this.#engine.giveBack(this.#task.xml);
    this.#isOpen = false;
  }

  /** Called by reset, after the forward pass. */
  protected observe(): Float64Array {
    this.#compiled.readings.afterReset();
    return this.#observation();
  }

  protected override resetInfo(): Info {
    return this.#quantities();
  }

  #observation(): Float64Array {
    const observation = new Float64Array(this.observationSpace.low.length);
    let at = 0;
    for (const part of this.#compiled.observation) {
      for (let i = 0; i < part.length; i++) observation[at++] = part.at(i);
    }
    return observation;
  }

  #quantities(): Record<string, unknown> {
    const info: Record<string, unknown> = {};
    for (const [name, value] of this.#compiled.quantities) {
      info[name] =
        value.length === 1
          ? value.at(0)
          : Float64Array.from({ length: value.length }, (_, index) => value.at(index));
    }
    return info;
  }
}

function notFinite(term: string, value: number): RlAdanError {
  return new RlAdanError(
    "task-not-finite",
    `mujoco: reward.${term} is ${value} in this step; a term must be a finite number in every state.`,
  );
}

interface CompiledTask {
  readonly readings: Readings;
  readonly quantities: ReadonlyMap<string, Value>;
  readonly observation: readonly Value[];
  readonly reward: ReadonlyMap<string, Value>;
  readonly termination: Value | undefined;
}

function compileTask(task: Task, readings: Readings): CompiledTask {
  const { variables, functions } = taskScope(readings);
  const scope = { variables: new Map(variables), functions };
  const compile = (source: string, key: string) => compileExpression(source, `mujoco: ${key}`, scope);
  const compileNumber = (source: string, key: string) => {
    const value = compile(source, key);
    if (value.length === 1) return value;
    throw new UsageError(
      "expression",
      `mujoco: ${key}: "${source}" is ${value.length} numbers; one is needed, like their sum(…), norm(…) or all(…).`,
    );
  };
  const quantities = new Map<string, Value>();
  for (const [name, source] of task.quantities) {
    if (isBuiltinName(name) || scope.variables.has(name) || functions.has(name)) {
      throw new InvalidArgument("env-argument", `mujoco: quantities: "${name}" has a meaning already.`);
    }
    const value = readings.remembered(compile(source, `quantities.${name}`));
    quantities.set(name, value);
    // The next ones may use it.
    scope.variables.set(name, value);
  }
  return {
    readings,
    quantities,
    observation: task.observation.map((part, i) => compile(part, `observation[${i}]`)),
    reward: new Map(
      [...task.reward].map(([name, source]) => [name, compileNumber(source, `reward.${name}`)]),
    ),
    termination: task.termination === undefined ? undefined : compileNumber(task.termination, "termination"),
  };
}

/** The action space is the actuators' ranges; the engine gives 0 to 0 where the model states none. */
function requireControlRanges(model: MjModel, file: string): void {
  if (model.nu === 0) {
    throw new InvalidArgument(
      "env-argument",
      `mujoco: ${file} has no actuator: there is nothing to act with.`,
    );
  }
  const range: Float64Array = model.actuator_ctrlrange;
  for (let i = 0; i < model.nu; i++) {
    if (range[2 * i]! < range[2 * i + 1]!) continue;
    throw new InvalidArgument(
      "env-argument",
      `mujoco: actuator ${i} (counted from 0) of ${file} has no range of controls; give it one, like ctrlrange="-1 1".`,
    );
  }
}

/** Where episodes start, but for noise. */
interface Start {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
}

/** The keyframe that the task names, if it names one. */
function startOf({ keyframe }: Task, model: MjModel): Start | undefined {
  if (keyframe === undefined) return undefined;
  try {
    const key = idOf(model, "keyframe", keyframe);
    return {
      qpos: (model.key_qpos as Float64Array).slice(key * model.nq, (key + 1) * model.nq),
      qvel: (model.key_qvel as Float64Array).slice(key * model.nv, (key + 1) * model.nv),
    };
  } catch (cause) {
    throw new InvalidArgument("env-argument", `mujoco: reset.keyframe ${(cause as Error).message}`, {
      cause,
    });
  }
}

function drawNoise(generator: Pcg64, noise: StartNoise, start: Float64Array, out: Float64Array): void {
  const add = noise.kind === "uniform" ? addUniformNoise : addNormalNoise;
  add(generator, start, noise.scale, out);
}
