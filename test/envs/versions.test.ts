import { describe, expect, it } from "vitest";
import { type AnyEnv, type Box, make, Pendulum, register, registeredIds, spec } from "../../envs/index.js";
import { replaceOnce } from "../../envs/mujoco/versions.js";

const ALL = [
  "Ant",
  "HalfCheetah",
  "Hopper",
  "Humanoid",
  "HumanoidStandup",
  "InvertedDoublePendulum",
  "InvertedPendulum",
  "Pusher",
  "Reacher",
  "Swimmer",
  "Walker2d",
];
const WITH_V3 = ["Ant", "HalfCheetah", "Hopper", "Humanoid", "Swimmer", "Walker2d"];
const REFUSED = [...ALL.map((name) => `${name}-v2`), ...WITH_V3.map((name) => `${name}-v3`), "Pusher-v4"];

async function refusal(id: string, kwargs = {}): Promise<string> {
  const error = await make(id, kwargs).then(
    () => undefined,
    (reason: Error) => reason,
  );
  return `${error?.name}: ${error?.message}`;
}

describe("versions that Gymnasium knows and refuses", () => {
  it.each(REFUSED)("%s is refused, naming what can be made instead", async (id) => {
    const [text, instead] = /Use (.*)\.$/.exec(await refusal(id)) ?? [];
    expect(text).toBeDefined();
    for (const other of instead!.split(" or ")) expect(registeredIds()).toContain(other);
    expect(registeredIds()).not.toContain(id);
  });

  it("says why", async () => {
    expect(await refusal("Walker2d-v3")).toMatchInlineSnapshot(
      `"DeprecatedEnv: Walker2d-v3 ran on mujoco-py, which is not maintained; Gymnasium has moved it to gymnasium-robotics. Use Walker2d-v5 or Walker2d-v4."`,
    );
    expect(await refusal("Pusher-v2")).toMatchInlineSnapshot(
      `"DeprecatedEnv: Pusher-v2 ran on mujoco-py, which is not maintained; Gymnasium has moved it to gymnasium-robotics. Use Pusher-v5."`,
    );
    expect(await refusal("Pusher-v4")).toMatchInlineSnapshot(
      `"DeprecatedEnv: Pusher-v4 works with MuJoCo below 3 only. Use Pusher-v5."`,
    );
    // Never existed.
    expect(await refusal("Reacher-v3")).toMatchInlineSnapshot(
      `"DeprecatedEnv: Reacher-v3 is not provided; use Reacher-v5."`,
    );
  });

  it("can be registered by someone who has them", async () => {
    register({ id: "Walker2d-v3", create: async () => new Pendulum() });
    expect(spec("Walker2d-v3").id).toBe("Walker2d-v3");
    expect(spec("Walker2d").id).toBe("Walker2d-v5");
  });
});

describe("arguments by version", () => {
  it("v4 takes only its own", async () => {
    expect(await refusal("Swimmer-v4", { frame_skip: 2 })).toMatchInlineSnapshot(
      `"InvalidArgument: Swimmer-v4 has no argument "frame_skip"; it takes forward_reward_weight, ctrl_cost_weight, reset_noise_scale, exclude_current_positions_from_observation, max_episode_steps."`,
    );
    expect(await refusal("InvertedPendulum-v4", { reset_noise_scale: 0 })).toMatchInlineSnapshot(
      `"InvalidArgument: InvertedPendulum-v4 has no argument "reset_noise_scale"; it takes max_episode_steps."`,
    );
    expect(await refusal("Ant-v5", { use_contact_forces: true })).toMatchInlineSnapshot(
      `"InvalidArgument: Ant-v5 has no argument "use_contact_forces"; it takes frame_skip, forward_reward_weight, main_body, ctrl_cost_weight, contact_cost_weight, healthy_reward, terminate_when_unhealthy, healthy_z_range, contact_force_range, reset_noise_scale, exclude_current_positions_from_observation, include_cfrc_ext_in_observation, max_episode_steps."`,
    );
  });

  it("a number that isn't a body is refused", async () => {
    expect(await refusal("Ant-v5", { main_body: 14 })).toMatchInlineSnapshot(
      `"InvalidArgument: Ant-v5: argument main_body must be a body's id, 0 to 13, got 14."`,
    );
    expect(await refusal("Ant-v5", { main_body: 1.5 })).toMatchInlineSnapshot(
      `"InvalidArgument: Ant-v5: argument main_body must be a body's id, 0 to 13, got 1.5."`,
    );
  });
});

describe("v4 beside v5, on the same seed and actions", () => {
  // Nothing is ever healthy at these heights.
  const fallen = { healthy_z_range: [100, 200] };

  it.each([
    ["Ant", 1],
    ["Hopper", 1],
    ["Humanoid", 5],
    ["Walker2d", 1],
  ])("%s-v4 pays for a step that ends the episode by a fall, v5 doesn't", async (name, pay) => {
    const env = await started(`${name}-v4`);
    const action = env.actionSpace.sample();
    const healthy = env.step(action);
    const falls = (await started(`${name}-v4`, fallen)).step(action);
    const lies = (await started(`${name}-v4`, { ...fallen, terminate_when_unhealthy: false })).step(action);
    const fallsInV5 = (await started(`${name}-v5`, fallen)).step(action);
    expect([healthy, falls, lies, fallsInV5].map((result) => result.terminated)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(falls.reward).toBe(healthy.reward);
    expect(healthy.reward - lies.reward).toBeCloseTo(pay, 12);
    expect(fallsInV5.info["reward_survive"]).toBe(0);
  });

  it("Humanoid-v4 observes v5's numbers and the world's rows before each group", async () => {
    const [v4, v5] = await observationsOf("Humanoid");
    const groups = [
      { first: 45, world: 10, size: 130 },
      { first: 175, world: 6, size: 78 },
      { first: 253, world: 6, size: 17 },
      { first: 270, world: 6, size: 78 },
    ];
    let at = 45;
    expect(v4!.slice(0, at)).toEqual(v5!.slice(0, at));
    for (const { first, world, size } of groups) {
      at += world;
      expect(v4!.slice(at, at + size)).toEqual(v5!.slice(first, first + size));
      at += size;
    }
    expect(at).toBe(v4!.length);
  });

  it("Ant-v4 with contact forces observes v5's numbers and six zeros of the world before them", async () => {
    const [v4, v5] = await observationsOf("Ant", { use_contact_forces: true });
    expect(v4).toEqual([...v5!.slice(0, 27), 0, 0, 0, 0, 0, 0, ...v5!.slice(27)]);
  });

  it("Reacher-v4 pays for the distance that the observation before the step shows", async () => {
    const env = await started("Reacher-v4");
    let [dx, dy, dz] = env.reset({ seed: 3 }).observation.slice(8) as [number, number, number];
    for (let i = 0; i < 20; i++) {
      const { observation, info } = env.step(Float32Array.of(1, -1));
      expect(info["reward_dist"]).toBeCloseTo(-Math.hypot(dx, dy, dz), 14);
      [dx, dy, dz] = observation.slice(8) as [number, number, number];
    }
  });
});

describe("a model derived from another one", () => {
  it("must hold the replaced passage exactly once", () => {
    expect(replaceOnce("<a/><b/>", "<a/>", "<c/>")).toBe("<c/><b/>");
    expect(() => replaceOnce("<a/><a/>", "<a/>", "<c/>")).toThrow(
      "The model must hold this exactly once: <a/>",
    );
    expect(() => replaceOnce("<b/>", "<a/>", "<c/>")).toThrow("The model must hold this exactly once: <a/>");
  });
});

async function started(id: string, kwargs = {}): Promise<AnyEnv> {
  const env = await make(id, kwargs);
  (env.actionSpace as Box<Float32Array>).seed(1);
  env.reset({ seed: 7 });
  return env;
}

/** v4's and v5's observation after 30 steps of the same actions, long enough to touch the ground. */
async function observationsOf(name: string, ofV4 = {}): Promise<[number[], number[]]> {
  const [v4, v5] = [await started(`${name}-v4`, ofV4), await started(`${name}-v5`)];
  let last: [number[], number[]] = [[], []];
  for (let i = 0; i < 30; i++) {
    const action = v4.actionSpace.sample();
    last = [[...v4.step(action).observation], [...v5.step(action).observation]];
  }
  return last;
}
