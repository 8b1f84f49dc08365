import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadEngine } from "../../../envs/mujoco/engine.js";
import { readFixtures } from "../../support/fixtures.js";

interface Invariants {
  names: Record<"body" | "joint" | "geom" | "actuator", string[]>;
  sizes: Record<string, number>;
  opt: Record<string, number | number[]>;
  stat: Record<string, number | number[]>;
  arrays: Record<string, number[]>;
  bools: Record<string, boolean[]>;
  runtime: { rollout: { steps: number; time: number; qpos: number[]; qvel: number[] }[] };
}

const folder = new URL("../../../envs/mujoco/", import.meta.url);
const models = readFixtures<{ models?: Record<string, Invariants>; ctrl_pattern?: { P: number[] } }>(
  "mujoco",
).flatMap(({ data }) =>
  Object.entries(data.models ?? {}).map(([name, invariants]) => ({
    // half_cheetah is envs/mujoco/half-cheetah.
    folderName: name.replaceAll("_", "-"),
    invariants,
    pattern: data.ctrl_pattern!.P,
  })),
);
const written = models.filter(({ folderName }) => existsSync(new URL(`${folderName}/model.xml`, folder)));

type Fields = Record<string, ArrayLike<number> | number>;

describe("our models compile to the arrays of the original ones", () => {
  it("each folder's model is compared", () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(written.map(({ folderName }) => folderName).sort()).toEqual(
      folders.map(({ name }) => name).sort(),
    );
  });

  it.each(written)("$folderName", async ({ folderName, invariants, pattern }) => {
    const { module } = await loadEngine();
    const xml = readFileSync(new URL(`${folderName}/model.xml`, folder), "utf8");
    const model = module.MjModel.from_xml_string(xml);
    const fields = model as unknown as Fields;
    for (const [size, value] of Object.entries(invariants.sizes)) expect(fields[size], size).toBe(value);
    for (const [name, expected] of Object.entries(invariants.arrays)) {
      expect(numbers(fields[name]!), name).toEqual(expected);
    }
    expectFields(model.opt as unknown as Fields, invariants.opt);
    expectFields(model.stat as unknown as Fields, invariants.stat);
    expect(invariants.bools["jnt_limited"]!.map((_, i) => Boolean(model.jnt(i).limited))).toEqual(
      invariants.bools["jnt_limited"],
    );
    expect(
      invariants.bools["actuator_ctrllimited"]!.map((_, i) => Boolean(model.actuator(i).ctrllimited)),
    ).toEqual(invariants.bools["actuator_ctrllimited"]);
    expect(invariants.names.body.slice(1).map((_, i) => model.body(i + 1).name)).toEqual(
      invariants.names.body.slice(1),
    );

    const data = new module.MjData(model);
    let steps = 0;
    for (const record of invariants.runtime.rollout) {
      for (; steps < record.steps; steps++) {
        const ctrl = data.ctrl as Float64Array;
        for (let i = 0; i < ctrl.length; i++)
          ctrl[i] = pattern[(Math.floor(steps / 5) * 7 + 3 * i) % pattern.length]!;
        module.mj_step(model, data);
      }
      expect(data.time).toBe(record.time);
      expect(numbers(data.qpos), `qpos after ${steps} steps`).toEqual(record.qpos);
      expect(numbers(data.qvel), `qvel after ${steps} steps`).toEqual(record.qvel);
    }
    data.delete();
    model.delete();
  });
});

/** Numbers of an array field; JSON keeps no negative zeros, so they become positive. */
function numbers(field: ArrayLike<number> | number): number[] {
  return Array.from(field as ArrayLike<number>, (value) => value + 0);
}

function expectFields(actual: Fields, expected: Record<string, number | number[]>): void {
  for (const [name, value] of Object.entries(expected)) {
    const field = actual[name];
    expect(typeof field === "number" ? field : numbers(field!), name).toEqual(value);
  }
}
