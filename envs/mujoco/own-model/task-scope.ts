import type { MjModel } from "@mujoco/mujoco";
import {
  elementwise,
  indexed,
  type Scope,
  type ScopeFunction,
  single,
  type Value,
} from "../../../src/expression/value.js";
import { controlCost, type DerivedArray } from "../mujoco-env.js";
import { idOf, type NamedKind } from "./names.js";
import { type ReadArray, type Readings, reduced } from "./readings.js";

/** Whole arrays, under MuJoCo's names. */
const ARRAYS: Record<string, (model: MjModel) => number> = {
  qpos: ({ nq }) => nq,
  qvel: ({ nv }) => nv,
  actuator_force: ({ nu }) => nu,
  qfrc_actuator: ({ nv }) => nv,
  qfrc_constraint: ({ nv }) => nv,
  cinert: ({ nbody }) => 10 * nbody,
  cvel: ({ nbody }) => 6 * nbody,
  cfrc_ext: ({ nbody }) => 6 * nbody,
  sensordata: ({ nsensordata }) => nsensordata,
};

/** Widths of a joint in qpos and qvel by its type: free, ball, slide, hinge. */
const JOINT_WIDTHS = { qpos: [7, 4, 1, 1], qvel: [6, 3, 1, 1] } as const;

/** The names that a task's expressions may use: README.md beside this file explains each. */
export function taskScope(readings: Readings): Scope {
  const { model, action } = readings;
  const variables = new Map<string, Value>([
    ["action", indexed(action.length, (index) => action[index]!)],
    ...Object.entries(ARRAYS).map(([name, lengthOf]): [string, Value] => [
      name,
      readings.slice(name as ReadArray, 0, lengthOf(model)),
    ]),
  ]);
  // Once a step: within another reduction it would be asked for at each element, and within a third at each of those.
  const once = (of: Value) => readings.remembered(of);
  const functions = new Map<string, ScopeFunction>([
    ["qpos", jointPart(readings, "qpos")],
    ["qvel", jointPart(readings, "qvel")],
    ["body", row(readings, "body", "xpos", 3)],
    ["com", row(readings, "body", "xipos", 3)],
    ["quat", row(readings, "body", "xquat", 4)],
    ["up", named((name) => upOf(readings, name))],
    ["geom", row(readings, "geom", "geom_xpos", 3)],
    ["site", row(readings, "site", "site_xpos", 3)],
    ["sensor", named((name) => sensorPart(readings, name))],
    ["x", element(0)],
    ["y", element(1)],
    ["z", element(2)],
    ["slice", valued([2, 3], ([of, from, to]) => slice(of!, wholeNumber(from!), to && wholeNumber(to)))],
    ["rate", valued([1, 1], ([of]) => readings.rate(of!))],
    ["control_cost", valued([1, 1], ([weight]) => once(single(() => controlCost(weight!.at(0), action))))],
    ["sum", valued([1, 1], ([of]) => once(sum(of!)))],
    ["sum_squares", valued([1, 1], ([of]) => once(sumSquares(of!)))],
    ["mean", valued([1, 1], ([of]) => once(quotient(sum(of!), of!.length)))],
    ["dot", valued([2, 2], (pair) => once(sum(paired(pair, (p, q) => p! * q!))))],
    ["norm", valued([1, 1], ([of]) => once(rootOf(sumSquares(of!))))],
    ["distance", valued([2, 2], ([a, b]) => once(rootOf(sumSquares(paired([a!, b!], (p, q) => p! - q!)))))],
    [
      "clip",
      valued([3, 3], (three) => paired(three, (value, low, high) => Math.min(Math.max(value!, low!), high!))),
    ],
    ["all", valued([1, 1], ([of]) => once(single(() => Number(everyElement(of!, (value) => value !== 0)))))],
    ["any", valued([1, 1], ([of]) => once(single(() => Number(!everyElement(of!, (value) => value === 0)))))],
    ["is_finite", valued([1, 1], ([of]) => paired([of!], (value) => Number(Number.isFinite(value))))],
  ]);
  return { variables, functions };
}

function named(build: (name: string) => Value): ScopeFunction {
  return { names: 1, values: [0, 0], build: ([name]) => build(name!) };
}

function valued(count: ScopeFunction["values"], build: (values: readonly Value[]) => Value): ScopeFunction {
  return { names: 0, values: count, build: (_, values) => build(values) };
}

/** One object's row of a derived array. */
function row(readings: Readings, kind: NamedKind, array: DerivedArray, width: number): ScopeFunction {
  return named((name) => readings.slice(array, width * idOf(readings.model, kind, name), width));
}

function jointPart(readings: Readings, array: "qpos" | "qvel"): ScopeFunction {
  const { model } = readings;
  return named((name) => {
    const joint = idOf(model, "joint", name);
    const address = array === "qpos" ? model.jnt_qposadr : model.jnt_dofadr;
    return readings.slice(array, address[joint], JOINT_WIDTHS[array][model.jnt_type[joint] as 0 | 1 | 2 | 3]);
  });
}

function sensorPart(readings: Readings, name: string): Value {
  const { model } = readings;
  const sensor = idOf(model, "sensor", name);
  return readings.slice("sensordata", model.sensor_adr[sensor], model.sensor_dim[sensor]);
}

function element(index: 0 | 1 | 2): ScopeFunction {
  return valued([1, 1], ([of]) => slice(of!, index, index + 1));
}

/** Elements `from` to before `to`, counted from 0. */
function slice(of: Value, from: number, to: number = of.length): Value {
  if (
    !(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to && to <= of.length)
  ) {
    throw new Error(`takes elements ${from} to before ${to} of ${of.length}, counted from 0.`);
  }
  return indexed(to - from, (index) => of.at(from + index));
}

/** Where a slice begins or ends can't change with the simulation. */
function wholeNumber(value: Value): number {
  if (value.isConstant === true && value.length === 1) return value.at(0);
  throw new Error("reads the simulation where a constant number belongs.");
}

function paired(values: readonly Value[], apply: (...elements: number[]) => number): Value {
  const combined = elementwise(values, apply);
  if (combined !== undefined) return combined;
  throw new Error(
    `puts together ${values.map(({ length }) => length).join(" and ")} numbers; they must be as many, or one.`,
  );
}

function sum(of: Value): Value {
  return reduced(of, (total, value) => total + value);
}

function quotient(of: Value, divisor: number): Value {
  return single(() => of.at(0) / divisor);
}

/** A body's own z axis in the world: the third column of its orientation. */
function upOf(readings: Readings, body: string): Value {
  const matrix = readings.slice("xmat", 9 * idOf(readings.model, "body", body), 9);
  return indexed(3, (index) => matrix.at(3 * index + 2));
}

function sumSquares(of: Value): Value {
  return reduced(of, (sum, value) => sum + value * value);
}

function rootOf(value: Value): Value {
  return single(() => Math.sqrt(value.at(0)));
}

function everyElement(of: Value, holds: (value: number) => boolean): boolean {
  for (let i = 0; i < of.length; i++) if (!holds(of.at(i))) return false;
  return true;
}
