"""The learner of cleanrl_recipe.py alone, on made-up data of HalfCheetah's size: minibatches a second, Adam's steps included.

    python bench/peers/torch_learner.py --hidden 256 --minibatch 1024 --threads 2
    python bench/peers/torch_learner.py --hidden 1024 --minibatch 32768 --device cuda --compile
"""

import argparse
import time

import torch
from cleanrl_recipe import Agent, loss_of, update

OBSERVATION, ACTION = 17, 6


def measure(hidden, minibatch, seconds, device, compiles):
    torch.manual_seed(1)
    agent = Agent(OBSERVATION, ACTION, hidden).to(device)
    optimizer = torch.optim.Adam(agent.parameters(), lr=3e-4, eps=1e-5)
    rows = max(2048, minibatch)
    observations, actions = torch.randn(rows, OBSERVATION), torch.randn(rows, ACTION)
    observations, actions = observations.to(device), actions.to(device)
    with torch.no_grad():
        log_probs = agent.distribution(observations).log_prob(actions).sum(1)
        values = agent.critic(observations).view(-1)
    advantages = torch.randn(rows).to(device)
    data = (observations, actions, log_probs, values, advantages, advantages + values)
    loss = torch.compile(loss_of) if compiles else loss_of

    def epoch():
        update(agent, optimizer, *data, minibatch=minibatch, epochs=1, loss_of=loss)
        if device == "cuda":
            torch.cuda.synchronize()

    epoch()
    epochs = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        epoch()
        epochs += 1
    return epochs * (rows // minibatch) / (time.perf_counter() - started)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--minibatch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    speed = measure(
        arguments.hidden, arguments.minibatch, arguments.seconds, arguments.device, arguments.compile
    )
    print(f"minibatches_per_second {speed:.1f}")
