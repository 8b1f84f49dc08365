import { type EnvRegistration, register } from "./registry.js";

// Environments are imported when they are made: naming them costs nothing.
const registrations: readonly EnvRegistration[] = [
  {
    id: "Ant-v5",
    maxEpisodeSteps: 1000,
    rewardThreshold: 6000,
    create: async (kwargs) => (await import("./mujoco/ant/ant.js")).Ant.create(kwargs),
  },
  {
    id: "HalfCheetah-v5",
    maxEpisodeSteps: 1000,
    rewardThreshold: 4800,
    create: async (kwargs) =>
      (await import("./mujoco/half-cheetah/half-cheetah.js")).HalfCheetah.create(kwargs),
  },
  {
    id: "Hopper-v5",
    maxEpisodeSteps: 1000,
    rewardThreshold: 3800,
    create: async (kwargs) => (await import("./mujoco/hopper/hopper.js")).Hopper.create(kwargs),
  },
  {
    id: "Humanoid-v5",
    maxEpisodeSteps: 1000,
    create: async (kwargs) => (await import("./mujoco/humanoid/humanoid.js")).Humanoid.create(kwargs),
  },
  {
    id: "HumanoidStandup-v5",
    maxEpisodeSteps: 1000,
    create: async (kwargs) =>
      (await import("./mujoco/humanoid-standup/humanoid-standup.js")).HumanoidStandup.create(kwargs),
  },
  {
    id: "InvertedDoublePendulum-v5",
    maxEpisodeSteps: 1000,
    rewardThreshold: 9100,
    create: async (kwargs) =>
      (
        await import("./mujoco/inverted-double-pendulum/inverted-double-pendulum.js")
      ).InvertedDoublePendulum.create(kwargs),
  },
  {
    id: "InvertedPendulum-v5",
    maxEpisodeSteps: 1000,
    rewardThreshold: 950,
    create: async (kwargs) =>
      (await import("./mujoco/inverted-pendulum/inverted-pendulum.js")).InvertedPendulum.create(kwargs),
  },
  {
    id: "Pusher-v5",
    maxEpisodeSteps: 100,
    rewardThreshold: 0,
    create: async (kwargs) => (await import("./mujoco/pusher/pusher.js")).Pusher.create(kwargs),
  },
  {
    id: "Reacher-v5",
    maxEpisodeSteps: 50,
    rewardThreshold: -3.75,
    create: async (kwargs) => (await import("./mujoco/reacher/reacher.js")).Reacher.create(kwargs),
  },
  {
    id: "Swimmer-v5",
    maxEpisodeSteps: 1000,
    rewardThreshold: 360,
    create: async (kwargs) => (await import("./mujoco/swimmer/swimmer.js")).Swimmer.create(kwargs),
  },
  {
    id: "Walker2d-v5",
    maxEpisodeSteps: 1000,
    create: async (kwargs) => (await import("./mujoco/walker2d/walker2d.js")).Walker2d.create(kwargs),
  },
  {
    id: "Pendulum-v1",
    maxEpisodeSteps: 200,
    create: async (kwargs) => new (await import("./classic/pendulum.js")).Pendulum(kwargs),
  },
];
for (const registration of registrations) register(registration);

/** Ids that a worker thread knows too: it imports this module, not what a program registers. */
export const BUILTIN_IDS: ReadonlySet<string> = new Set(registrations.map(({ id }) => id));
