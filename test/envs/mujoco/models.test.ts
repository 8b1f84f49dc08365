import { readdirSync, readFileSync } from "node:fs";
import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import { describe, expect, it } from "vitest";
import { loadEngine } from "../../../envs/mujoco/engine.js";
import { MODEL_V4_XML } from "../../../envs/mujoco/walker2d/model-v4.js";
import { readFixtures } from "../../support/fixtures.js";

interface Invariants {
  /** Ids of the environments. */
  used_by: string[];
  /** null: unnamed. */
  names: Record<Named, (string | null)[]>;
  total_mass: number;
  sizes: Record<string, number>;
  opt: Record<string, number | number[]>;
  stat: Record<string, number | number[]>;
  arrays: Record<string, number[]>;
  bools: Record<string, boolean[]>;
  init_qpos: number[];
  init_qvel: number[];
  runtime: {
    /** After one forward pass at qpos0. */
    qpos0_forward: Record<string, number | number[]> & { mass_matrix: number[]; contacts: Contact[] };
    /** Under the control pattern, each record after an mj_rnePostConstraint. */
    rollout: ({ steps: number } & Record<string, number | number[]>)[];
    /** Absent when nothing touches during the rollout. */
    first_contact?: { after_steps: number; contacts: Contact[] };
  };
}

type Named = "body" | "joint" | "geom" | "site" | "tendon" | "actuator";
type Contact = Record<string, number | number[]>;

const folder = new URL("../../../envs/mujoco/", import.meta.url);
const models = readFixtures<{ models?: Record<string, Invariants>; ctrl_pattern?: { P: number[] } }>(
  "mujoco",
).flatMap(({ data }) =>
  Object.values(data.models ?? {}).map((invariants) => ({
    file: fileOf(invariants.used_by),
    invariants,
    pattern: data.ctrl_pattern!.P,
  })),
);
/** Models that are derived from another one's file. */
const derived: Record<string, string> = { "walker2d/model-v4": MODEL_V4_XML };

/** InvertedPendulum-v5's is inverted-pendulum/model.xml; a model that only v4 has is its model-v4. */
function fileOf(ids: string[]): string {
  const name = ids[0]!
    .replace(/-v\d+$/, "")
    .replace(/(?<!^)[A-Z]/g, "-$&")
    .toLowerCase();
  return `${name}/${ids.some((id) => id.endsWith("-v5")) ? "model.xml" : "model-v4"}`;
}

type Fields = Record<string, ArrayLike<number> | number>;

describe("our models compile to the arrays of the original ones", () => {
  it("has a record for every model", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => path.endsWith(".xml"));
    expect(files.length).toBeGreaterThan(0);
    expect(models.map(({ file }) => file).sort()).toEqual([...files, ...Object.keys(derived)].sort());
  });

  it.each(models)("$file: arrays, options, names, limits, mass", async ({ file, invariants }) => {
    const { module } = await loadEngine();
    const model = compiled(module, file);
    const fields = model as unknown as Fields;
    // Keyframes are for viewers.
    const { nkey: _, ...sizes } = invariants.sizes;
    expectFields(fields, sizes);
    expectFields(fields, invariants.arrays);
    expectFields(model.opt as unknown as Fields, invariants.opt);
    expectFields(model.stat as unknown as Fields, invariants.stat);
    expect(numbers(model.body_mass).reduce((sum, mass) => sum + mass)).toBe(invariants.total_mass);

    // Boolean arrays can't be read as arrays in this binding.
    const limits: Record<string, (i: number) => unknown> = {
      jnt_limited: (i) => model.jnt(i).limited,
      // The binding's own name for it.
      tendon_limited: (i) => model.tendon(i)._limited,
      actuator_ctrllimited: (i) => model.actuator(i).ctrllimited,
      actuator_forcelimited: (i) => model.actuator(i).forcelimited,
    };
    expect(Object.keys(invariants.bools).sort()).toEqual(Object.keys(limits).sort());
    for (const [name, expected] of Object.entries(invariants.bools)) {
      expect(
        expected.map((_, i) => Boolean(limits[name]!(i))),
        name,
      ).toEqual(expected);
    }
    const nameOf: Record<Named, (i: number) => string> = {
      body: (i) => model.body(i).name,
      joint: (i) => model.jnt(i).name,
      geom: (i) => model.geom(i).name,
      site: (i) => model.site(i).name,
      tendon: (i) => model.tendon(i).name,
      actuator: (i) => model.actuator(i).name,
    };
    for (const [kind, expected] of Object.entries(invariants.names) as [Named, (string | null)[]][]) {
      // Names don't reach the physics; where the original has none, ours may have one.
      expected.forEach((name, i) => {
        if (name !== null) expect(nameOf[kind](i), `${kind} ${i}`).toBe(name);
      });
    }
    model.delete();
  });

  it.each(models)("$file: forces and places at rest", async ({ file, invariants }) => {
    const { module } = await loadEngine();
    const model = compiled(module, file);
    const data = new module.MjData(model);
    expect(numbers(data.qpos)).toEqual(invariants.init_qpos);
    expect(numbers(data.qvel)).toEqual(invariants.init_qvel);
    module.mj_forward(model, data);
    const { mass_matrix, contacts, ...fields } = invariants.runtime.qpos0_forward;
    expectFields(data as unknown as Fields, fields as Record<string, number | number[]>);
    const matrix = new module.DoubleBuffer(model.nv * model.nv);
    module.mj_fullM(model, data, matrix);
    expect(numbers(matrix.GetView())).toEqual(mass_matrix);
    expectContacts(data, contacts);
    for (const object of [matrix, data, model]) object.delete();
  });

  it.each(models)("$file: motion under a control pattern", async ({ file, invariants, pattern }) => {
    const { module } = await loadEngine();
    const model = compiled(module, file);
    const data = new module.MjData(model);
    const { rollout, first_contact: firstContact } = invariants.runtime;
    let records = 0;
    let contact: number | undefined;
    for (let step = 1; step <= rollout.at(-1)!.steps; step++) {
      const ctrl: Float64Array = data.ctrl;
      for (let i = 0; i < ctrl.length; i++)
        ctrl[i] = pattern[(Math.floor((step - 1) / 5) * 7 + 3 * i) % pattern.length]!;
      module.mj_step(model, data);
      if (contact === undefined && data.ncon > 0) {
        contact = step;
        expectContacts(data, firstContact?.contacts ?? []);
      }
      if (step !== rollout[records]!.steps) continue;
      const { steps, ...fields } = rollout[records]!;
      module.mj_rnePostConstraint(model, data);
      expectFields(
        data as unknown as Fields,
        fields as Record<string, number | number[]>,
        `after ${steps} steps`,
      );
      records += 1;
    }
    expect(records).toBe(rollout.length);
    expect(contact).toBe(firstContact?.after_steps);
    for (const object of [data, model]) object.delete();
  });
});

function compiled(module: MainModule, file: string): MjModel {
  return module.MjModel.from_xml_string(derived[file] ?? readFileSync(new URL(file, folder), "utf8"));
}

function expectContacts(data: MjData, expected: Contact[]): void {
  // A copy, and so are its elements.
  const contacts = data.contact;
  expect(contacts.size()).toBe(expected.length);
  expected.forEach((record, i) => {
    const contact = contacts.get(i)!;
    expectFields(contact as unknown as Fields, record, `contact ${i}`);
    contact.delete();
  });
  contacts.delete();
}

/** Numbers of an array field; JSON keeps no negative zeros, so they become positive. */
function numbers(field: ArrayLike<number> | number): number[] {
  return Array.from(field as ArrayLike<number>, (value) => value + 0);
}

function expectFields(actual: Fields, expected: Record<string, number | number[]>, when = ""): void {
  for (const [name, value] of Object.entries(expected)) {
    const field = actual[name];
    expect(typeof field === "number" ? field : numbers(field!), `${name} ${when}`).toEqual(value);
  }
}
