import type { EnvRegistration } from "../registry.js";

/** The environments that need no physics engine. Imported when they are made: naming them costs nothing. */
export const CLASSIC_REGISTRATIONS: readonly EnvRegistration[] = [
  {
    id: "CartPole-v1",
    maxEpisodeSteps: 500,
    rewardThreshold: 475,
    create: async (kwargs) => new (await import("./cart-pole.js")).CartPole(kwargs),
  },
  {
    id: "MountainCarContinuous-v0",
    maxEpisodeSteps: 999,
    rewardThreshold: 90,
    create: async (kwargs) =>
      new (await import("./mountain-car-continuous.js")).MountainCarContinuous(kwargs),
  },
  {
    id: "Pendulum-v1",
    maxEpisodeSteps: 200,
    create: async (kwargs) => new (await import("./pendulum.js")).Pendulum(kwargs),
  },
];
