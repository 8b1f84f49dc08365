import type { MjModel } from "@mujoco/mujoco";
import { ShapeError } from "../../../src/errors.js";
import { indexed, single, type Value } from "../../../src/expression/value.js";
import type { DerivedArray } from "../mujoco-env.js";

export type ReadArray = "qpos" | "qvel" | DerivedArray;

/** Where the numbers of a task come from: an environment after its latest reset or step. */
export interface Source {
  readonly dt: number;
  read(name: ReadArray): Float64Array;
}

/**
 * What a task's expressions read. They are compiled before there is an environment, whose observation's length follows
 * from them; it then attaches itself, and says when its arrays have changed.
 */
export class Readings {
  readonly action: Float32Array;
  readonly #views = new Map<ReadArray, ArrayView>();
  readonly #rates: Rate[] = [];
  /** Rates and remembered values, in the order in which they may build on one another. */
  readonly #cells: Cell[] = [];
  #source: Source | undefined;

  constructor(readonly model: MjModel) {
    this.action = new Float32Array(model.nu);
  }

  attach(source: Source): void {
    this.#source = source;
  }

  /** `count` numbers of an array of the engine, from `start`. */
  slice(name: ReadArray, start: number, count: number): Value {
    let view = this.#views.get(name);
    if (view === undefined) {
      view = new ArrayView(() => this.#attached.read(name));
      this.#views.set(name, view);
    }
    const array = view;
    return indexed(count, (index) => array.values[start + index]!);
  }

  /** By how much a value changed over the last step, per second; 0 after a reset. */
  rate(of: Value): Value {
    const rate = new Rate(of);
    this.#rates.push(rate);
    this.#cells.push(rate);
    return indexed(of.length, (index) => rate.perSecond[index]!);
  }

  /** A value computed once after each reset and step, however often it is read. */
  remembered(of: Value): Value {
    const cell = new Remembered(of);
    this.#cells.push(cell);
    return indexed(of.length, (index) => cell.now[index]!);
  }

  afterReset(): void {
    this.#forgetViews();
    this.action.fill(0);
    for (const cell of this.#cells) cell.start();
  }

  afterStep(): void {
    this.#forgetViews();
    for (const cell of this.#cells) cell.advance(this.#attached.dt);
  }

  /** What the next step's rates start from: it can't be computed again, since derived arrays lag behind qpos. */
  state(): Float64Array[] {
    return this.#rates.map(({ previous }) => previous.slice());
  }

  /** Throws ShapeError when the state is another task's. */
  check(state: readonly Float64Array[]): void {
    const lengths = (rates: readonly { length: number }[]) => rates.map(({ length }) => length).join(", ");
    const own = this.#rates.map(({ previous }) => previous);
    if (lengths(state) !== lengths(own)) {
      throw new ShapeError(
        `A saved state's rates have ${lengths(state) || 0} numbers where this environment's have ${lengths(own) || 0}: it is another task's.`,
      );
    }
  }

  restore(state: readonly Float64Array[]): void {
    for (const [i, rate] of this.#rates.entries()) rate.previous.set(state[i]!);
  }

  get #attached(): Source {
    if (this.#source === undefined) throw new Error("No environment has attached itself.");
    return this.#source;
  }

  /** The engine may have moved its arrays. */
  #forgetViews(): void {
    for (const view of this.#views.values()) view.forget();
  }
}

/** An array of the engine, fetched once a step: fetching costs more than a small sum over it. */
class ArrayView {
  #values: Float64Array | undefined;

  constructor(private readonly fetch: () => Float64Array) {}

  get values(): Float64Array {
    this.#values ??= this.fetch();
    return this.#values;
  }

  forget(): void {
    this.#values = undefined;
  }
}

/** What changes with the simulation. */
interface Cell {
  start(): void;
  advance(dt: number): void;
}

class Remembered implements Cell {
  readonly now: Float64Array;

  constructor(private readonly of: Value) {
    this.now = new Float64Array(of.length);
  }

  start(): void {
    for (let i = 0; i < this.now.length; i++) this.now[i] = this.of.at(i);
  }

  advance(): void {
    this.start();
  }
}

class Rate implements Cell {
  readonly previous: Float64Array;
  readonly perSecond: Float64Array;

  constructor(private readonly of: Value) {
    this.previous = new Float64Array(of.length);
    this.perSecond = new Float64Array(of.length);
  }

  start(): void {
    for (let i = 0; i < this.previous.length; i++) this.previous[i] = this.of.at(i);
    this.perSecond.fill(0);
  }

  advance(dt: number): void {
    for (let i = 0; i < this.previous.length; i++) {
      const now = this.of.at(i);
      this.perSecond[i] = (now - this.previous[i]!) / dt;
      this.previous[i] = now;
    }
  }
}

/** All elements, in order, combined to one number that starts as 0. */
export function reduced(values: Value, combine: (sum: number, element: number) => number): Value {
  return single(() => {
    let result = 0;
    for (let i = 0; i < values.length; i++) result = combine(result, values.at(i));
    return result;
  });
}
