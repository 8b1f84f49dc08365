"""The learner of cleanrl_recipe.py alone, on made-up data of HalfCheetah's size: minibatches a second, Adam's steps included.

    python bench/peers/torch_learner.py --hidden 256 --minibatch 1024 --threads 2
"""

import argparse
import time

import torch
from cleanrl_recipe import Agent, update

OBSERVATION, ACTION = 17, 6


def measure(hidden, minibatch, seconds):
    torch.manual_seed(1)
    agent = Agent(OBSERVATION, ACTION, hidden)
    optimizer = torch.optim.Adam(agent.parameters(), lr=3e-4, eps=1e-5)
    rows = max(2048, minibatch)
    observations, actions = torch.randn(rows, OBSERVATION), torch.randn(rows, ACTION)
    with torch.no_grad():
        log_probs = agent.distribution(observations).log_prob(actions).sum(1)
        values = agent.critic(observations).view(-1)
    advantages = torch.randn(rows)
    data = (observations, actions, log_probs, values, advantages, advantages + values)
    update(agent, optimizer, *data, minibatch=minibatch, epochs=1)
    epochs = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        update(agent, optimizer, *data, minibatch=minibatch, epochs=1)
        epochs += 1
    return epochs * (rows // minibatch) / (time.perf_counter() - started)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--minibatch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"minibatches_per_second {measure(arguments.hidden, arguments.minibatch, arguments.seconds):.1f}")
