import { register } from "./registry.js";

// Environments are imported when they are made: naming them costs nothing.
register({
  id: "HalfCheetah-v5",
  maxEpisodeSteps: 1000,
  rewardThreshold: 4800,
  create: async (kwargs) =>
    (await import("./mujoco/half-cheetah/half-cheetah.js")).HalfCheetah.create(kwargs),
});
register({
  id: "InvertedPendulum-v5",
  maxEpisodeSteps: 1000,
  rewardThreshold: 950,
  create: async (kwargs) =>
    (await import("./mujoco/inverted-pendulum/inverted-pendulum.js")).InvertedPendulum.create(kwargs),
});
register({
  id: "Pendulum-v1",
  maxEpisodeSteps: 200,
  create: async (kwargs) => new (await import("./classic/pendulum.js")).Pendulum(kwargs),
});
