import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { MjModel } from "@mujoco/mujoco";
import { describe, expect, it } from "vitest";
import { type AnyEnv, type Box, make, registeredIds, spec, Wrapper } from "../../envs/index.js";
import { loadEngine } from "../../envs/mujoco/engine.js";
import type { AcceptedArguments } from "../../envs/mujoco/versions.js";

const root = new URL("../../envs/mujoco/", import.meta.url);
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/model.xml`, root)))
  .map(({ name }) => name);

/** `HalfCheetah` of the half-cheetah folder: the first line's id without its version. */
const familyOf = (readme: string) => matched(readme, /^# (\w+)-v5\n/)[1]!;

describe("the README of a MuJoCo environment", () => {
  it("is there for every folder, and every environment has one", () => {
    const families = folders.map((folder) => familyOf(readmeOf(folder)));
    const registered = registeredIds().flatMap((id) => /^(\w+)-v5$/.exec(id)?.[1] ?? []);
    expect(families.sort()).toEqual(registered);
  });

  it.each(folders)("of %s lists the model's actuators in action order", async (folder) => {
    const readme = readmeOf(folder);
    const [, low, high, count] = matched(readme, /## Actions: Box\((\S+), (\S+), \((\d+)\), float32\)/);
    const env = await make(`${familyOf(readme)}-v5`);
    const space = env.actionSpace as Box<Float32Array>;
    env.close();
    expect([...space.low]).toEqual(Array(Number(count)).fill(Math.fround(Number(low))));
    expect([...space.high]).toEqual(Array(Number(count)).fill(Math.fround(Number(high))));
    const listed = tableIn(readme, "Actions").map((row) => ({
      index: Number(row["index"]),
      joint: row["joint"],
      gear: Number(row["gear (N m)"] ?? row["gear"]),
    }));
    expect(listed).toEqual(await actuatorsOf(folder));
  });

  it.each(folders)(
    "of %s numbers the observations of v5 without a gap, and counts those of v4",
    async (folder) => {
      const readme = readmeOf(folder);
      const family = familyOf(readme);
      const count = Number(matched(readme, /## Observations: Box\(-∞, ∞, \((\d+)\), float64\)/)[1]);
      let next = 0;
      for (const row of tableIn(readme, "Observations")) {
        const [first, last = first] = row["index"]!.split("–").map(Number);
        expect(first).toBe(next);
        next = last! + 1;
      }
      expect(next).toBe(count);
      expect(await observationSizeOf(`${family}-v5`)).toBe(count);
      if (!registeredIds().includes(`${family}-v4`)) return;
      const ofV4 = new RegExp(`${family}-v4\\sobserves\\s(\\d+)\\snumbers`).exec(readme)?.[1] ?? count;
      expect(await observationSizeOf(`${family}-v4`)).toBe(Number(ofV4));
    },
  );

  it.each(folders)(
    "of %s gives the arguments that each version accepts, with their defaults",
    async (folder) => {
      const readme = readmeOf(folder);
      const env = await make(`${familyOf(readme)}-v5`);
      const { accepted } = innermost(env).constructor as unknown as { accepted: AcceptedArguments };
      env.close();
      for (const version of ["v4", "v5"] as const) {
        const listed = tableIn(readme, "Arguments")
          .filter((row) => row["versions"]!.split(", ").includes(version))
          .map((row) => [row["name"], defaultIn(row["default"]!)]);
        expect(Object.fromEntries(listed), version).toEqual(accepted[version] ?? {});
        const id = `${familyOf(readme)}-${version}`;
        if (registeredIds().includes(id)) (await make(id, Object.fromEntries(listed))).close();
      }
    },
  );

  it.each(folders)("of %s names its limits, its rates and everything that info holds", async (folder) => {
    const readme = readmeOf(folder);
    const family = familyOf(readme);
    const { maxEpisodeSteps, rewardThreshold } = spec(family);
    expect(numberAfter(readme, /truncated\safter\s([\d,]+)\ssteps/)).toBe(maxEpisodeSteps);
    expect(numberAfter(readme, /Solved\sat\s(-?[\d,.]*\d)/)).toBe(rewardThreshold);
    for (const id of [`${family}-v5`, `${family}-v4`].filter((known) => registeredIds().includes(known))) {
      const env = await make(id);
      const { dt } = innermost(env) as unknown as { dt: number };
      expect(numberAfter(readme, /`dt`\s\(([\d.]+)\ss\)|([\d.]+)\ss\s\(`dt`\)/)).toBeCloseTo(dt, 12);
      const keys = Object.keys(env.reset({ seed: 0 }).info);
      keys.push(...Object.keys(env.step((env.actionSpace as Box<Float32Array>).sample()).info));
      expect(keys.filter((key) => !readme.includes(`\`${key}\``))).toEqual([]);
      env.close();
    }
  });
});

function readmeOf(folder: string): string {
  const file = new URL(`${folder}/README.md`, root);
  expect(existsSync(file), `${folder}/README.md`).toBe(true);
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
}

/** The rows of the table in a section whose heading starts with a word, by the table's own column names. */
function tableIn(readme: string, section: string): Record<string, string>[] {
  const [, text] = matched(
    readme,
    new RegExp(`^## ${section}\\b.*\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, "m"),
  );
  const [head, , ...rows] = text!
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1));
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name.trim(), row[i]!.trim()])));
}

/** An argument's default as the table has it: a number, true, false or [low, high]. */
function defaultIn(text: string): unknown {
  if (text.startsWith("[")) return text.slice(1, -1).split(", ").map(defaultIn);
  if (text === "true" || text === "false") return text === "true";
  return Number(text.replace("∞", "Infinity"));
}

function numberAfter(readme: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(readme);
  const text = match?.[1] ?? match?.[2];
  return text === undefined ? undefined : Number(text.replaceAll(",", ""));
}

function matched(text: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(text);
  expect(match, `${pattern} in ${text.slice(0, 80)}`).not.toBeNull();
  return match!;
}

async function actuatorsOf(folder: string): Promise<{ index: number; joint: string; gear: number }[]> {
  const { module } = await loadEngine();
  const model: MjModel = module.MjModel.from_xml_string(
    readFileSync(new URL(`${folder}/model.xml`, root), "utf8"),
  );
  const joints = model.actuator_trnid as Int32Array;
  const gears = model.actuator_gear as Float64Array;
  const actuators = Array.from({ length: model.nu }, (_, index) => ({
    index,
    joint: model.jnt(joints[2 * index]!).name as string,
    gear: gears[6 * index]!,
  }));
  model.delete();
  return actuators;
}

async function observationSizeOf(id: string): Promise<number> {
  const env = await make(id);
  env.close();
  return env.observationSpace.shape[0]!;
}

function innermost(env: AnyEnv): AnyEnv {
  return env instanceof Wrapper ? innermost(env.env) : env;
}
