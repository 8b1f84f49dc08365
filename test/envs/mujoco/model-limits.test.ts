import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InvalidArgument } from "../../../envs/api/errors.js";
import { make } from "../../../envs/index.js";
import { loadEngine } from "../../../envs/mujoco/engine.js";

function model(inWorld: string, beside = ""): string {
  return `<mujoco>${beside}<worldbody>
    <body><joint name="slider" type="slide"/><geom size="0.1"/></body>${inWorld}
  </worldbody><actuator><motor joint="slider" ctrlrange="-1 1"/></actuator></mujoco>`;
}

const makeOf = (xml: string) =>
  make("mujoco", { model: "robot.xml", model_xml: xml, reward: { alive: "1" } });

const NESTED = (depth: number) => `${'<body><geom size="0.1"/>'.repeat(depth)}${"</body>".repeat(depth)}`;

describe("a model of the user's own", () => {
  it.each([
    ["characters", `<!--${"x".repeat(200 * 1024)}-->`, "", "characters, at most 204800 are allowed"],
    ["elements", '<geom size="1"/>'.repeat(3000), "", "has 3007 elements, at most 3000 are allowed"],
    ["levels", NESTED(110), "", "nests elements more than 100 levels deep"],
    [
      "levels, behind a comment",
      `<!--${"/>".repeat(1200)}-->${NESTED(400)}`,
      "",
      "nests elements more than 100 levels deep",
    ],
    [
      "levels, behind character data",
      `<![CDATA[${"/>".repeat(1200)}]]>${NESTED(400)}`,
      "",
      "nests elements more than 100",
    ],
    [
      "levels, behind a value",
      `<body name="${"/>".repeat(1200)}"/>${NESTED(400)}`,
      "",
      "nests elements more than 100 levels",
    ],
    [
      "levels, between apostrophes",
      `it's ${NESTED(400)} so it's`,
      "",
      "nests elements more than 100 levels deep",
    ],
    [
      "copies",
      '<replicate count="100"><replicate count = \'100\'><geom size="1"/></replicate></replicate>',
      "",
      "makes 10000 copies (all counts multiplied), at most 1000 are made",
    ],
    [
      "copies in three directions",
      '<flexcomp name="f" type="grid" count="11 10 10"/>',
      "",
      "makes 1100 copies",
    ],
    [
      "copies in disguise",
      '<replicate count="&#49;00000"><geom size="1"/></replicate>',
      "",
      'count="&#49;00000" must be written in plain digits',
    ],
    ["keyframes", "", '<size nkey="2000000000"/>', "nkey is 2000000000, at most 10000 is allowed"],
    [
      "texture",
      "",
      '<asset><texture name="t" type="2d" builtin="flat" width="100000" height="1"/></asset>',
      "width is 100000, at most 4096 is allowed",
    ],
  ])("has a limit of %s", async (_what, inWorld, beside, message) => {
    await expect(makeOf(model(inWorld, beside))).rejects.toThrow(message);
    await expect(makeOf(model(inWorld, beside))).rejects.toThrow(InvalidArgument);
  });

  it("may nest and copy within the limits", async () => {
    const env = await makeOf(
      model(`${NESTED(90)}<replicate count="30" offset="1 0 0"><geom size="0.1"/></replicate>`),
    );
    env.close();
  });

  it.each([
    ["include", (path: string) => `<include file="${path}"/>`],
    ["mesh", (path: string) => `<asset><mesh name="m" file="${path}"/></asset>`],
    [
      "meshdir",
      (path: string) => `<compiler meshdir="${path}/.."/><asset><mesh name="m" file="x.xml"/></asset>`,
    ],
    ["hfield", (path: string) => `<asset><hfield name="h" file="${path}" size="1 1 1 1"/></asset>`],
    ["texture", (path: string) => `<asset><texture name="t" type="2d" file="${path}.png"/></asset>`],
    ["skin", (path: string) => `<asset><skin file="${path}.skn"/></asset>`],
  ])("reads no other file, here by %s, be it there", async (_what, beside) => {
    const folder = mkdtempSync(join(tmpdir(), "rl-adan-test-"));
    const path = join(folder, "x.xml");
    for (const name of [path, `${path}.png`, `${path}.skn`]) writeFileSync(name, "<mujoco/>");
    for (const named of [path, "../../x.xml"]) {
      await expect(makeOf(model("", beside(named)))).rejects.toThrow(
        /Error opening file .* A model is one file: nothing that it names is read\./,
      );
    }
    rmSync(folder, { recursive: true });
  });
});

it("an engine whose stack has ended is given up for another", async () => {
  const broken = await loadEngine();
  expect(() => broken.borrow(model(NESTED(400)), "deep.xml")).toThrow("MuJoCo can't compile the model");
  expect(await loadEngine()).not.toBe(broken);
  const env = await makeOf(model(""));
  env.reset({ seed: 1 });
  expect(env.step(Float32Array.of(0)).reward).toBe(1);
  env.close();
});

it("sums within sums take a step's time once each", async () => {
  const nested = `${"sum(cinert * ".repeat(25)}1${")".repeat(25)}`;
  const started = performance.now();
  const env = await make("mujoco", { model_xml: model(NESTED(20)), reward: { sum: `min(1, ${nested})` } });
  env.reset({ seed: 1 });
  env.step(Float32Array.of(0));
  env.close();
  expect(performance.now() - started).toBeLessThan(5000);
});
