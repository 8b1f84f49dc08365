import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { make, registeredIds } from "../../../envs/index.js";

const envs = new URL("../../../dist/envs/index.js", import.meta.url).href;

/** What a program says on stderr: what is said once must be looked for in a process of its own. */
function said(program: string): string[] {
  const text = `import { make } from ${JSON.stringify(envs)};\n${program}`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", text], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  return stderr.split("\n").filter((line) => line !== "");
}

const BALLS = (memory: string) => `<mujoco>
  <size memory="${memory}"/>
  <worldbody>
    <geom type="plane" size="5 5 1"/>
    ${Array.from({ length: 30 }, (_, i) => `<body pos="${i % 3} 0 ${0.09 + 0.02 * i}"><freejoint/><geom size="0.1"/></body>`).join("")}
    <body><joint name="j" type="slide"/><geom size="0.1" contype="0" conaffinity="0"/></body>
  </worldbody>
  <actuator><motor joint="j" ctrlrange="-1 1" gear="1e15"/></actuator>
</mujoco>`;

const own = (memory: string, forces: readonly number[]) => `
const env = await make("mujoco", { model_xml: ${JSON.stringify(BALLS(memory))}, reward: { none: 0 }, max_episode_steps: 20 });
for (let episode = 0; episode < 3; episode++) {
  env.reset({ seed: 1 });
  for (const force of ${JSON.stringify(forces)}) env.step(Float32Array.of(force));
}
env.close();`;

describe("what the engine has to put right", () => {
  it("is said once: a simulation that explodes", () => {
    expect(said(own("2M", [1, 1]))).toMatchInlineSnapshot(`
      [
        "warning: MuJoCo met an acceleration that is no number or huge, at degree of freedom 180: the simulation was put back to its start (is the time step too long, a force too large?). This is said once a thread.",
      ]
    `);
  });

  it("is said once: contacts without memory", () => {
    expect(said(own("60K", [0, 0]))).toMatchInlineSnapshot(`
      [
        "warning: MuJoCo met more constraints than there is memory for (61440): some are left out; give the model a larger <size memory>. This is said once a thread.",
      ]
    `);
  });

  it("is nothing in a plain walk", () => {
    const program = `
const env = await make("Ant-v5");
env.reset({ seed: 1 });
for (let i = 0; i < 300; i++) if (env.step(env.actionSpace.sample()).terminated) env.reset();
env.close();`;
    expect(said(program)).toEqual([]);
  });
});

describe("an action that is no number", () => {
  const boxes = registeredIds().filter((id) => !id.startsWith("CartPole"));

  it.each(boxes)("is refused by %s, which goes on", async (id) => {
    const env = await make(id);
    const { observation } = env.reset({ seed: 1 });
    const size = env.actionSpace.shape[0]!;
    const action = new Float32Array(size);
    action[size - 1] = Number.NaN;
    expect(() => env.step(action)).toThrow(`Number ${size - 1} of the action is NaN.`);
    expect(Number.isFinite(env.step(new Float32Array(size)).reward)).toBe(true);
    expect(env.reset({ seed: 1 }).observation).toEqual(observation);
    env.close();
  });
});
