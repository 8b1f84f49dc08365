import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkEnv, make } from "../../../envs/index.js";
import { loadEngine } from "../../../envs/mujoco/engine.js";
import { Readings } from "../../../envs/mujoco/own-model/readings.js";
import { TASK_KEYS } from "../../../envs/mujoco/own-model/task.js";
import { taskScope } from "../../../envs/mujoco/own-model/task-scope.js";
import { readConfigFile } from "../../../src/config/config-file-node.js";

function optionsIn(config: string): Record<string, unknown> {
  return readConfigFile(config).entries.find(({ key }) => key === "env_options")!.value as Record<
    string,
    unknown
  >;
}

const modelOf = (folder: string) => readFileSync(`envs/mujoco/${folder}/model.xml`, "utf8");

/** Built-in environments as a user would write them over the same models. */
const TASKS: Record<string, { folder: string; task: Record<string, unknown> }> = {
  "HalfCheetah-v5": {
    folder: "half-cheetah",
    task: {
      frame_skip: 5,
      reset: { qpos: { uniform: 0.1 }, qvel: { normal: 0.1 } },
      quantities: { x_position: "qpos(rootx)", x_velocity: "rate(x_position)" },
      observation: ["slice(qpos, 1)", "qvel"],
      reward: { forward: "x_velocity", ctrl: "-control_cost(0.1)" },
    },
  },
  // As the shipped file has it.
  "Hopper-v5": { folder: "hopper", task: optionsIn("configs/mujoco/hopper.yaml") },
  "Ant-v5": {
    folder: "ant",
    task: {
      reset: { qpos: { uniform: 0.1 }, qvel: { normal: 0.1 } },
      quantities: {
        x_velocity: "rate(x(body(torso)))",
        y_velocity: "rate(y(body(torso)))",
        is_healthy: "all(is_finite(qpos)) and all(is_finite(qvel)) and 0.2 <= z(qpos(root)) <= 1",
      },
      observation: ["slice(qpos, 2)", "qvel", "clip(slice(cfrc_ext, 6), -1, 1)"],
      reward: {
        forward: "x_velocity",
        survive: "is_healthy",
        costs: "-(control_cost(0.5) + 5e-4 * sum_squares(clip(cfrc_ext, -1, 1)))",
      },
      termination: "not is_healthy",
    },
  },
};

/** A cart on a rail with a camera-less pole, in few lines: what the errors are tried on. */
const CART = `<mujoco>
  <option timestep="0.02"/>
  <worldbody>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0"/>
      <geom size="0.1" mass="1"/>
      <body name="left-pole">
        <joint name="hinge" axis="0 1 0"/>
        <geom type="capsule" size="0.04" fromto="0 0 0 0 0 0.5" mass="0.1"/>
        <site name="tip" pos="0 0 0.5"/>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="slider" ctrlrange="-1 1"/></actuator>
  <sensor><jointvel name="gyro" joint="hinge"/></sensor>
  <keyframe><key name="left" qpos="-1 0.1" qvel="0.5 0"/></keyframe>
</mujoco>`;
const cart = { model: "cart.xml", model_xml: CART, reward: { upright: "z(site(tip))" } };

describe("a model of the user's own", () => {
  it.each(Object.entries(TASKS))("can be %s, bit for bit", async (id, { folder, task }) => {
    const builtIn = await make(id);
    const own = await make("mujoco", { model_xml: modelOf(folder), ...task });
    expect(own.observationSpace.shape).toEqual(builtIn.observationSpace.shape);
    expect(own.metadata).toEqual(builtIn.metadata);
    builtIn.actionSpace.seed(3);
    expect(own.reset({ seed: 3 }).observation).toEqual(builtIn.reset({ seed: 3 }).observation);
    let episodes = 0;
    for (let i = 0; i < 1100; i++) {
      const action = builtIn.actionSpace.sample();
      const [ours, theirs] = [own.step(action), builtIn.step(action)];
      expect(ours.observation).toEqual(theirs.observation);
      expect([ours.reward, ours.terminated, ours.truncated]).toEqual([
        theirs.reward,
        theirs.terminated,
        theirs.truncated,
      ]);
      for (const key of Object.keys(ours.info).filter((name) => name in theirs.info)) {
        expect([key, ours.info[key]]).toEqual([key, theirs.info[key]]);
      }
      if (!theirs.terminated && !theirs.truncated) continue;
      episodes += 1;
      expect(own.reset().observation).toEqual(builtIn.reset().observation);
    }
    expect(episodes).toBeGreaterThan(0);
    own.close();
    // The same text, but a model of its own: closing one takes nothing from the other.
    builtIn.reset({ seed: 4 });
    expect(Number.isFinite(builtIn.step(builtIn.actionSpace.sample()).reward)).toBe(true);
    builtIn.close();
  });

  it("passes the checker, rates and all", async () => {
    const task = {
      ...cart,
      reset: { keyframe: "left", qpos: { uniform: 0.05 }, qvel: { normal: 0.05 } },
      quantities: { tip: "site(tip)", speed: "rate(tip)" },
      observation: ["qpos", "qvel", "sensor(gyro)", "speed"],
      termination: 'z(com("left-pole")) < 0.1 or abs(qpos(slider)) > 3',
    };
    const findings = await checkEnv(() => make("mujoco", task), { steps: 150 });
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  it("starts from a keyframe and knows joints, bodies, sites, sensors and actions by name", async () => {
    const env = await make("mujoco", {
      ...cart,
      frame_skip: 1,
      reset: { keyframe: "left" },
      quantities: {
        cart: "body(cart)",
        spin: "sensor(gyro) - qvel(hinge)",
        gap: "distance(body(cart), site(tip))",
      },
      observation: ["qpos(slider)", "qvel", "norm(slice(qpos, 0, 2))", "sum(action)"],
      reward: { speed: "rate(qpos(slider))", effort: "-0.5 * sum_squares(action)" },
    });
    const { observation, info } = env.reset({ seed: 0 });
    expect(observation).toEqual(Float64Array.of(-1, 0.5, 0, Math.sqrt(1 + 0.1 * 0.1), 0));
    expect(info["cart"]).toEqual(Float64Array.of(-1, 0, 0));
    expect(info["gap"]).toBeCloseTo(0.5, 12);
    const step = env.step(Float32Array.of(0.5));
    expect(step.observation[4]).toBe(0.5);
    // Semi-implicit: the position moves with the new velocity.
    expect(step.info["reward_speed"]).toBeCloseTo(step.observation[1]!, 12);
    expect(step.info["reward_effort"]).toBe(-0.125);
    expect(step.reward).toBe((step.info["reward_speed"] as number) - 0.125);
    env.close();
  });

  it("reduces several numbers to one, and knows where a body's own z axis points", async () => {
    const env = await make("mujoco", {
      ...cart,
      reset: { keyframe: "left" },
      quantities: {
        upright: 'up("left-pole")',
        total: "sum(slice(qpos, 0, 2)) + mean(qpos) + dot(qpos, qvel)",
        truths: "any(qpos > 5) + 2 * any(qpos < 0) + 4 * all(qpos < 5)",
        round: "floor(-1.5) + sign(-3)",
      },
    });
    const { info } = env.reset({ seed: 0 });
    // The keyframe: qpos (-1, 0.1), qvel (0.5, 0); the pole leans by 0.1 about y.
    expect([...(info["upright"] as Float64Array)]).toEqual(
      [Math.sin(0.1), 0, Math.cos(0.1)].map((value) => expect.closeTo(value, 12) as number),
    );
    expect(info["total"]).toBeCloseTo(-0.9 - 0.45 - 0.5, 12);
    expect(info["truths"]).toBe(6);
    expect(info["round"]).toBe(-3);
    env.close();
  });

  it("names the term that is no number", async () => {
    const env = await make("mujoco", { ...cart, reward: { fine: 1, near: "log(-z(site(tip)))" } });
    env.reset({ seed: 0 });
    expect(() => env.step(Float32Array.of(0))).toThrow("mujoco: reward.near is NaN in this step");
    env.close();
  });

  it("says what is wrong with a task", async () => {
    const wrong: Record<string, unknown>[] = [
      { model_xml: undefined },
      { rewards: { x: "1" } },
      { reward: {} },
      { reward: "1" },
      { reward: { "a b": "1" } },
      { reward: { x: "rate(x(body(kart)))" } },
      { reward: { x: "z(body(pelvis))" } },
      { reward: { x: "qpos(slidr)" } },
      { reward: { x: "z(body(left-pole))" } },
      { reward: { x: "site(tip)" } },
      { reward: { x: "qpos + body(cart)" } },
      { reward: { x: "distance(qpos, body(cart))" } },
      { reward: { x: "z(qpos)" } },
      { reward: { x: "sum(slice(qpos, x(qpos)))" } },
      { reward: { x: "sum(slice(qpos, action, 1))" } },
      { reward: { x: "not z(body(cart)) > 1" } },
      { reward: { x: "velocity" } },
      { reward: { x: "rate()" } },
      { quantities: { qpos: "1" } },
      { quantities: { late: "early", early: "1" } },
      { observation: "qpos" },
      { observation: ["qpos", ["qvel"]] },
      { termination: ["1"] },
      { frame_skip: 0 },
      { frame_skip: 1e9 },
      { quantities: { constructor: "1" } },
      { quantities: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`q${i}`, "1"])) },
      { reset: { keyframe: "lef" } },
      { reset: { qpos: { unifrom: 1 } } },
      { reset: { qpos: { uniform: -1 } } },
      { model_xml: CART.replace('name="cart"', 'nme="cart"') },
      {
        model_xml: CART.replace('mass="1"/>', 'type="mesh" mesh="m"/>').replace(
          "<worldbody>",
          '<asset><mesh name="m" file="m.stl"/></asset><worldbody>',
        ),
      },
      { model_xml: CART.replace("</worldbody>", "") },
      { model_xml: CART.replace('ctrlrange="-1 1"', "") },
      { model_xml: CART.replace(/<actuator>.*<.actuator>/, "") },
    ];
    expect(
      await Promise.all(wrong.map((kwargs) => refusalOf({ ...cart, ...kwargs }))),
    ).toMatchInlineSnapshot(`
      [
        "mujoco: needs a model: --model robot.xml, or from code the argument model_xml, which is the MJCF's text.",
        "mujoco: there is no argument "rewards"; known are model, model_xml, frame_skip, reset, quantities, observation, reward, termination, max_episode_steps. Did you mean "reward"?",
        "mujoco: needs a reward: at least one term, like reward: { forward: "rate(x(body(torso)))" }.",
        "mujoco: reward must be a mapping, got "1".",
        "mujoco: reward: "a b" must be a name of letters, digits and underscores.",
        "mujoco: reward.x: "rate(x(body(kart)))" names the body "kart", which the model lacks. Did you mean "cart"?",
        "mujoco: reward.x: "z(body(pelvis))" names the body "pelvis", which the model lacks. It has world, cart, left-pole.",
        "mujoco: reward.x: "qpos(slidr)" names the joint "slidr", which the model lacks. Did you mean "slider"?",
        "mujoco: reward.x: "z(body(left-pole))" gives "left - pole" to body, which takes a name: body(torso), or body("left-foot") where it is no plain word.",
        "mujoco: reward.x: "site(tip)" is 3 numbers; one is needed, like their sum(…), norm(…) or all(…).",
        "mujoco: reward.x: "qpos + body(cart)" puts together 2 and 3 numbers in "qpos + body(cart)" at character 1; they must be as many, or one.",
        "mujoco: reward.x: "distance(qpos, body(cart))" puts together 2 and 3 numbers; they must be as many, or one.",
        "mujoco: reward.x: "z(qpos)" takes elements 2 to before 3 of 2, counted from 0.",
        "mujoco: reward.x: "sum(slice(qpos, x(qpos)))" reads the simulation where a constant number belongs.",
        "mujoco: reward.x: "sum(slice(qpos, action, 1))" reads the simulation where a constant number belongs.",
        "mujoco: reward.x: "not z(body(cart)) > 1" leaves open what "not" at character 1 belongs to; write not (…), or (not …).",
        "mujoco: reward.x: "velocity" names "velocity" at character 1; an expression may name action, qpos, qvel, actuator_force, qfrc_actuator, qfrc_constraint, cinert, cvel, cfrc_ext, sensordata, pi, body, com, quat, up, geom, site, sensor, x, y, z, slice, rate, control_cost, sum, sum_squares, mean, dot, norm, distance, clip, all, any, is_finite, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "mujoco: reward.x: "rate()" calls "rate" at character 1 with 0; it takes 1 argument.",
        "mujoco: quantities: "qpos" has a meaning already.",
        "mujoco: quantities.late: "early" names "early" at character 1; an expression may name action, qpos, qvel, actuator_force, qfrc_actuator, qfrc_constraint, cinert, cvel, cfrc_ext, sensordata, pi, body, com, quat, up, geom, site, sensor, x, y, z, slice, rate, control_cost, sum, sum_squares, mean, dot, norm, distance, clip, all, any, is_finite, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh.",
        "mujoco: observation must be a list of expressions, got "qpos".",
        "mujoco: observation[1] must be an expression, got ["qvel"].",
        "mujoco: termination must be an expression, got ["1"].",
        "mujoco: frame_skip must be a whole number from 1 to 10000, got 0.",
        "mujoco: frame_skip must be a whole number from 1 to 10000, got 1000000000.",
        "mujoco: quantities: "constructor" is a name of JavaScript's own.",
        "mujoco: quantities has 101 expressions, at most 100 are allowed.",
        "mujoco: reset.keyframe names the keyframe "lef", which the model lacks. Did you mean "left"?",
        "mujoco: there is no argument "reset.qpos.unifrom"; known are uniform, normal. Did you mean "uniform"?",
        "mujoco: reset.qpos must be { uniform: scale } or { normal: deviation }, got {"uniform":-1}.",
        "cart.xml:4: MuJoCo can't compile the model: XML Error: Schema violation: unrecognized attribute: 'nme', Element 'body', line 4.",
        "cart.xml: MuJoCo can't compile the model: Error: Error opening file 'm.stl'. A model is one file: nothing that it names is read.",
        "cart.xml:3: MuJoCo can't compile the model: XML parse error 14:, Error=XML_ERROR_MISMATCHED_ELEMENT ErrorID=14 (0xe) Line number=3: XMLElement name=worldbody.",
        "mujoco: actuator 0 (counted from 0) of cart.xml has no range of controls; give it one, like ctrlrange="-1 1".",
        "mujoco: cart.xml has no actuator: there is nothing to act with.",
      ]
    `);
  });

  it("has every argument and every name in its README", async () => {
    const readme = readFileSync("envs/mujoco/own-model/README.md", "utf8");
    const { variables, functions } = taskScope(new Readings((await loadEngine()).model(CART)));
    const names = [...variables.keys(), ...functions.keys(), ...TASK_KEYS];
    expect(names.filter((name) => !new RegExp(`\\x60${name}\\b`).test(readme))).toEqual([]);
  });

  it("computes a quantity once, however often it is used", async () => {
    const doubled = Array.from({ length: 50 }, (_, i) => [`q${i + 1}`, `q${i} + q${i}`]);
    const quantities = { q0: "1", ...Object.fromEntries(doubled) };
    const env = await make("mujoco", { ...cart, quantities, reward: { all: "q50" } });
    env.reset({ seed: 1 });
    expect(env.step(Float32Array.of(0)).reward).toBe(2 ** 50);
    env.close();
  });

  it("knows a rate of a quantity, and of a rate", async () => {
    const env = await make("mujoco", {
      ...cart,
      frame_skip: 1,
      quantities: { place: "qpos(slider)", speed: "rate(place)" },
      reward: { acceleration: "rate(speed)" },
    });
    env.reset({ seed: 1 });
    const first = env.step(Float32Array.of(1));
    const second = env.step(Float32Array.of(1));
    const speeds = [first, second].map(({ info }) => info["speed"] as number);
    expect(first.reward).toBeCloseTo(speeds[0]! / 0.02, 9);
    expect(second.reward).toBeCloseTo((speeds[1]! - speeds[0]!) / 0.02, 9);
    env.close();
  });

  it("refuses another task's state before anything has changed", async () => {
    const env = await make("mujoco", cart);
    const other = await make("mujoco", { ...cart, reward: { x: "sum(rate(qpos))" } });
    env.reset({ seed: 1 });
    other.reset({ seed: 2 });
    other.step(Float32Array.of(1));
    const before = env.state!();
    expect(() => env.restore!(other.state!())).toThrow(
      "A saved state's rates have 2 numbers where this environment's have 0: it is another task's.",
    );
    expect(env.state!()).toEqual(before);
  });

  it("gives back what refused and closed environments took from the engine", async () => {
    const { module } = await loadEngine();
    const heapBytes = () => {
      const probe = new module.DoubleBuffer(1);
      const { byteLength } = (probe.GetView() as Float64Array).buffer;
      probe.delete();
      return byteLength;
    };
    const cycle = async (i: number) => {
      const model_xml = CART.replace('mass="0.1"', `mass="0.1${i}"`);
      await refusalOf({ ...cart, model_xml, reset: { keyframe: "up" } });
      const [one, two] = [
        await make("mujoco", { ...cart, model_xml }),
        await make("mujoco", { ...cart, model_xml }),
      ];
      one.close();
      one.close();
      two.reset({ seed: 1 });
      two.close();
    };
    for (let i = 0; i < 5; i++) await cycle(i);
    const before = heapBytes();
    for (let i = 5; i < 100; i++) await cycle(i);
    expect(heapBytes()).toBe(before);
  });

  it("says it when the engine's memory is too small for a step, and goes on", async () => {
    const balls = Array.from(
      { length: 30 },
      (_, i) => `<body pos="${i % 3} 0 ${0.09 + 0.02 * i}"><freejoint/><geom size="0.1"/></body>`,
    );
    const crowded = CART.replace(
      "<worldbody>",
      `<size memory="150K"/><worldbody><geom type="plane" size="5 5 1"/>${balls.join("")}`,
    ).replace(/<keyframe>.*<.keyframe>/, "");
    const env = await make("mujoco", { ...cart, model_xml: crowded });
    expect(() => {
      env.reset({ seed: 1 });
      env.step(Float32Array.of(0));
    }).toThrow(/^MuJoCo Error: mj_stackAlloc: out of memory.* Give the model a larger <size memory>/);
    env.close();
    const next = await make("mujoco", cart);
    next.reset({ seed: 1 });
    expect(next.step(Float32Array.of(0)).reward).toBeCloseTo(0.5, 3);
    next.close();
  });

  it("goes on after a model that does not compile", async () => {
    await refusalOf({ ...cart, model_xml: "<mujoco><worldbody>" });
    const env = await make("mujoco", cart);
    expect(env.reset({ seed: 1 }).observation).toEqual(new Float64Array(4));
    env.close();
  });
});

async function refusalOf(kwargs: Record<string, unknown>): Promise<string> {
  try {
    (await make("mujoco", kwargs)).close();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`Nothing was refused in ${JSON.stringify(kwargs)}.`);
}
