"""EnvPool with CleanRL's eager PyTorch learner, for throughput comparisons.

EnvPool steps all envs in C++ threads of its own; normalisation is done over the batch in NumPy, the networks and the learner are
those of `cleanrl_recipe.py`. EnvPool resets an env in the step after its episode's last; as in CleanRL's EnvPool scripts
that step is trained on like any other. Prints env steps per second of the whole training; imports, construction and the
first reset are not counted.

    pip install torch==2.13.0 "gymnasium[mujoco]==1.4.0" mujoco==3.14.0 envpool==1.2.5
    python bench/peers/envpool_cleanrl.py HalfCheetah-v5 --total-timesteps 20480 --num-envs 8 --num-steps 256
"""

import argparse
import time

import envpool
import numpy as np
import torch
from cleanrl_recipe import Agent, advantages_of, update

GAMMA = 0.99


class Moments:
    """Running mean and variance over batches. Source: Chan et al. 1979, parallel variance."""

    def __init__(self, shape=()):
        self.mean, self.variance, self.count = np.zeros(shape), np.ones(shape), 1e-4

    def update(self, batch):
        size, shift = len(batch), batch.mean(0) - self.mean
        total = self.count + size
        squares = self.variance * self.count + batch.var(0) * size + shift**2 * self.count * size / total
        self.mean, self.variance, self.count = self.mean + shift * size / total, squares / total, total


class NormalizedPool:
    """A pool whose observations and rewards are normalised and clipped to ±10 as by CleanRL's wrappers."""

    def __init__(self, env_id, num_envs, threads, seed):
        self.pool = envpool.make_gymnasium(env_id, num_envs=num_envs, num_threads=threads, seed=seed)
        self.observation_size, self.action_size = (
            space.shape[0] for space in (self.pool.observation_space, self.pool.action_space)
        )
        self.observation_moments, self.return_moments = Moments(self.observation_size), Moments()
        self.returns = np.zeros(num_envs)

    def reset(self):
        return self.normalized(self.pool.reset()[0])

    def step(self, actions):
        observations, rewards, terminated, truncated, _ = self.pool.step(np.clip(actions, -1.0, 1.0))
        done = terminated | truncated
        self.returns = self.returns * GAMMA * ~terminated + rewards
        self.return_moments.update(self.returns)
        rewards = np.clip(rewards / np.sqrt(self.return_moments.variance + 1e-8), -10, 10)
        return self.normalized(observations), torch.as_tensor(rewards, dtype=torch.float32), torch.as_tensor(done).float()

    def normalized(self, observations):
        moments = self.observation_moments
        moments.update(observations)
        scaled = (observations - moments.mean) / np.sqrt(moments.variance + 1e-8)
        return torch.as_tensor(np.clip(scaled, -10, 10), dtype=torch.float32)


def steps_per_second(pool, total_timesteps, num_envs, steps):
    agent = Agent(pool.observation_size, pool.action_size)
    optimizer = torch.optim.Adam(agent.parameters(), lr=3e-4, eps=1e-5)
    observations = torch.zeros(steps, num_envs, pool.observation_size)
    actions = torch.zeros(steps, num_envs, pool.action_size)
    log_probs, rewards, dones, values = (torch.zeros(steps, num_envs) for _ in range(4))
    observation, done = pool.reset(), torch.zeros(num_envs)
    iterations = max(1, total_timesteps // (steps * num_envs))
    started = time.perf_counter()
    for iteration in range(iterations):
        optimizer.param_groups[0]["lr"] = 3e-4 * (1 - iteration / iterations)
        for t in range(steps):
            observations[t], dones[t] = observation, done
            with torch.no_grad():
                distribution = agent.distribution(observation)
                actions[t] = distribution.sample()
                log_probs[t] = distribution.log_prob(actions[t]).sum(1)
                values[t] = agent.critic(observation).view(-1)
            observation, rewards[t], done = pool.step(actions[t].double().numpy())
        with torch.no_grad():
            advantages = advantages_of(rewards, values, dones, agent.critic(observation).view(-1), done)
        rollout = (observations, actions, log_probs, values, advantages, advantages + values)
        update(agent, optimizer, *(array.flatten(0, 1) for array in rollout))
    return iterations * steps * num_envs / (time.perf_counter() - started)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="EnvPool and CleanRL's learner")
    parser.add_argument("env")
    parser.add_argument("--total-timesteps", type=int, default=20480)
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--num-steps", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2, help="EnvPool's own")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    np.random.seed(arguments.seed)
    pool = NormalizedPool(arguments.env, arguments.num_envs, min(arguments.threads, arguments.num_envs), arguments.seed)
    speed = steps_per_second(pool, arguments.total_timesteps, arguments.num_envs, arguments.num_steps)
    print(f"steps_per_second {speed:.0f}")
