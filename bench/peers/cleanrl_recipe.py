"""CleanRL's continuous-action PPO recipe in PyTorch, written for throughput and return comparisons.

One environment, Gymnasium's wrappers, Adam: the settings of `configs/ppo/cleanrl.yaml`. Prints the env steps per second
of the whole training and the mean return of the last 100 episodes.

    pip install torch==2.13.0 "gymnasium[mujoco]==1.4.0" mujoco==3.14.0
    python bench/peers/cleanrl_recipe.py HalfCheetah-v5 --total-timesteps 20480
"""

import argparse
import time

import gymnasium as gym
import numpy as np
import torch
from torch import nn


def layer(inputs, outputs, gain=2**0.5):
    linear = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(linear.weight, gain)
    nn.init.zeros_(linear.bias)
    return linear


def network(inputs, hidden, outputs, gain):
    return nn.Sequential(
        layer(inputs, hidden), nn.Tanh(), layer(hidden, hidden), nn.Tanh(), layer(hidden, outputs, gain)
    )


class Agent(nn.Module):
    def __init__(self, observation_size, action_size, hidden=64):
        super().__init__()
        self.critic = network(observation_size, hidden, 1, 1.0)
        self.actor = network(observation_size, hidden, action_size, 0.01)
        self.log_std = nn.Parameter(torch.zeros(1, action_size))

    def distribution(self, observations):
        mean = self.actor(observations)
        return torch.distributions.Normal(mean, self.log_std.expand_as(mean).exp())


def make_env(env_id):
    env = gym.make(env_id)
    env = gym.wrappers.RecordEpisodeStatistics(env)
    env = gym.wrappers.ClipAction(env)
    env = gym.wrappers.NormalizeObservation(env)
    env = gym.wrappers.TransformObservation(env, lambda o: np.clip(o, -10, 10), env.observation_space)
    env = gym.wrappers.NormalizeReward(env, gamma=0.99)
    return gym.wrappers.TransformReward(env, lambda r: float(np.clip(r, -10, 10)))


def advantages_of(rewards, values, dones, next_value, next_done):
    """Generalised advantage estimates; the arrays are [steps] or [steps, envs]. dones: whether that step began an episode."""
    steps = len(rewards)
    advantages = torch.zeros_like(rewards)
    last = 0.0
    for t in reversed(range(steps)):
        alive = 1 - (next_done if t == steps - 1 else dones[t + 1])
        following = next_value if t == steps - 1 else values[t + 1]
        delta = rewards[t] + 0.99 * following * alive - values[t]
        last = delta + 0.99 * 0.95 * alive * last
        advantages[t] = last
    return advantages


def loss_of(agent, observations, actions, log_probs, values, advantages, returns):
    """PPO's loss of one minibatch."""
    distribution = agent.distribution(observations)
    log_ratio = distribution.log_prob(actions).sum(1) - log_probs
    ratio = log_ratio.exp()
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    policy_loss = torch.max(-advantages * ratio, -advantages * ratio.clamp(0.8, 1.2)).mean()
    value = agent.critic(observations).view(-1)
    clipped = values + (value - values).clamp(-0.2, 0.2)
    value_loss = 0.5 * torch.max((value - returns) ** 2, (clipped - returns) ** 2).mean()
    return policy_loss + 0.5 * value_loss


def update(agent, optimizer, *data, minibatch=64, epochs=10, loss_of=loss_of):
    """All epochs over one rollout; data: what loss_of takes, the first axis of every array is the transition."""
    order = np.arange(len(data[0]))
    for _ in range(epochs):
        np.random.shuffle(order)
        there = torch.as_tensor(order, device=data[0].device)
        for start in range(0, len(order), minibatch):
            rows = there[start : start + minibatch]
            optimizer.zero_grad()
            loss_of(agent, *(array[rows] for array in data)).backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()


def train(env_id, total_timesteps, seed, steps=2048):
    torch.manual_seed(seed)
    np.random.seed(seed)
    env = make_env(env_id)
    observation_size, action_size = env.observation_space.shape[0], env.action_space.shape[0]
    agent = Agent(observation_size, action_size)
    optimizer = torch.optim.Adam(agent.parameters(), lr=3e-4, eps=1e-5)
    observations = torch.zeros(steps, observation_size)
    actions = torch.zeros(steps, action_size)
    log_probs, rewards, dones, values = (torch.zeros(steps) for _ in range(4))
    returns_seen = []
    observation = torch.as_tensor(env.reset(seed=seed)[0], dtype=torch.float32)
    done = 0.0
    iterations = total_timesteps // steps
    started = time.perf_counter()
    for iteration in range(iterations):
        optimizer.param_groups[0]["lr"] = 3e-4 * (1 - iteration / iterations)
        for t in range(steps):
            observations[t], dones[t] = observation, done
            with torch.no_grad():
                distribution = agent.distribution(observation.unsqueeze(0))
                action = distribution.sample()
                log_probs[t] = distribution.log_prob(action).sum()
                values[t] = agent.critic(observation)
            actions[t] = action[0]
            next_observation, reward, terminated, truncated, info = env.step(action[0].numpy())
            rewards[t] = reward
            done = float(terminated or truncated)
            if done:
                returns_seen.append(info["episode"]["r"])
                next_observation, _ = env.reset()
            observation = torch.as_tensor(next_observation, dtype=torch.float32)
        with torch.no_grad():
            next_value = agent.critic(observation)
            advantages = advantages_of(rewards, values, dones, next_value, done)
            returns = advantages + values
        update(agent, optimizer, observations, actions, log_probs, values, advantages, returns)
    seconds = time.perf_counter() - started
    tail = returns_seen[-100:]
    print(f"steps_per_second {iterations * steps / seconds:.0f}")
    print(f"train_return_last_100 {np.mean(tail) if tail else float('nan'):.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("env")
    parser.add_argument("--total-timesteps", type=int, default=20480)
    parser.add_argument("--num-envs", type=int, default=1, choices=[1])
    parser.add_argument("--num-steps", type=int, default=2048)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    train(arguments.env, arguments.total_timesteps, arguments.seed, arguments.num_steps)
