import type { EnvArguments } from "./arguments.js";
import { CLASSIC_REGISTRATIONS } from "./classic/register-classic.js";
import type { Version } from "./mujoco/versions.js";
import { type AnyEnv, type EnvRegistration, register, registerRefusal } from "./registry.js";

/** A MuJoCo environment, whose versions share its limits. */
interface MujocoFamily {
  readonly name: string;
  /** Generations that Gymnasium knows but that nobody can make without the engine of their time. */
  readonly refused: readonly string[];
  readonly maxEpisodeSteps?: number;
  readonly rewardThreshold?: number;
  readonly load: () => Promise<{ create(kwargs: EnvArguments, version: Version): Promise<AnyEnv> }>;
}

// Environments are imported when they are made: naming them costs nothing.
const families: readonly MujocoFamily[] = [
  {
    name: "Ant",
    refused: ["v2", "v3"],
    rewardThreshold: 6000,
    load: async () => (await import("./mujoco/ant/ant.js")).Ant,
  },
  {
    name: "HalfCheetah",
    refused: ["v2", "v3"],
    rewardThreshold: 4800,
    load: async () => (await import("./mujoco/half-cheetah/half-cheetah.js")).HalfCheetah,
  },
  {
    name: "Hopper",
    refused: ["v2", "v3"],
    rewardThreshold: 3800,
    load: async () => (await import("./mujoco/hopper/hopper.js")).Hopper,
  },
  {
    name: "Humanoid",
    refused: ["v2", "v3"],
    load: async () => (await import("./mujoco/humanoid/humanoid.js")).Humanoid,
  },
  {
    name: "HumanoidStandup",
    refused: ["v2"],
    load: async () => (await import("./mujoco/humanoid-standup/humanoid-standup.js")).HumanoidStandup,
  },
  {
    name: "InvertedDoublePendulum",
    refused: ["v2"],
    rewardThreshold: 9100,
    load: async () =>
      (await import("./mujoco/inverted-double-pendulum/inverted-double-pendulum.js")).InvertedDoublePendulum,
  },
  {
    name: "InvertedPendulum",
    refused: ["v2"],
    rewardThreshold: 950,
    load: async () => (await import("./mujoco/inverted-pendulum/inverted-pendulum.js")).InvertedPendulum,
  },
  {
    name: "Pusher",
    refused: ["v2", "v4"],
    maxEpisodeSteps: 100,
    rewardThreshold: 0,
    load: async () => (await import("./mujoco/pusher/pusher.js")).Pusher,
  },
  {
    name: "Reacher",
    refused: ["v2"],
    maxEpisodeSteps: 50,
    rewardThreshold: -3.75,
    load: async () => (await import("./mujoco/reacher/reacher.js")).Reacher,
  },
  {
    name: "Swimmer",
    refused: ["v2", "v3"],
    rewardThreshold: 360,
    load: async () => (await import("./mujoco/swimmer/swimmer.js")).Swimmer,
  },
  {
    name: "Walker2d",
    refused: ["v2", "v3"],
    load: async () => (await import("./mujoco/walker2d/walker2d.js")).Walker2d,
  },
];

const registrations: readonly EnvRegistration[] = [
  ...families.flatMap((family) => usableVersions(family).map((version) => registration(family, version))),
  {
    id: "mujoco",
    isTemplate: true,
    maxEpisodeSteps: 1000,
    create: async (kwargs) => (await import("./mujoco/own-model/own-model.js")).OwnModel.create(kwargs),
  },
  ...CLASSIC_REGISTRATIONS,
];
for (const each of registrations) register(each);
for (const family of families) {
  for (const version of family.refused)
    registerRefusal(`${family.name}-${version}`, refusal(family, version));
}

/** Ids that a worker thread knows too: it imports this module, not what a program registers. */
export const BUILTIN_IDS: ReadonlySet<string> = new Set(registrations.map(({ id }) => id));

function usableVersions(family: MujocoFamily): Version[] {
  return (["v4", "v5"] as const).filter((version) => !family.refused.includes(version));
}

function registration(family: MujocoFamily, version: Version): EnvRegistration {
  const { name, maxEpisodeSteps = 1000, rewardThreshold, load } = family;
  return {
    id: `${name}-${version}`,
    maxEpisodeSteps,
    ...(rewardThreshold === undefined ? {} : { rewardThreshold }),
    create: async (kwargs) => (await load()).create(kwargs, version),
  };
}

/** As Gymnasium refuses them: v2 and v3 ran on mujoco-py, and Pusher-v4's model is not one for MuJoCo 3. */
function refusal(family: MujocoFamily, version: string): string {
  const instead = usableVersions(family)
    .map((usable) => `${family.name}-${usable}`)
    .reverse()
    .join(" or ");
  const reason =
    version === "v4"
      ? "works with MuJoCo below 3 only"
      : "ran on mujoco-py, which is not maintained; Gymnasium has moved it to gymnasium-robotics";
  return `${family.name}-${version} ${reason}. Use ${instead}.`;
}
