"""Env steps per second of a native Gymnasium environment, resets included; actions are drawn before.

    pip install "gymnasium[mujoco]==1.4.0" mujoco==3.14.0
    python bench/peers/gymnasium_steps.py HalfCheetah-v5 10000
"""

import sys
import time

import gymnasium as gym

env = gym.make(sys.argv[1])
steps = int(sys.argv[2])
env.action_space.seed(1)
actions = [env.action_space.sample() for _ in range(1000)]


def walk(count):
    for i in range(count):
        _, _, terminated, truncated, _ = env.step(actions[i % 1000])
        if terminated or truncated:
            env.reset()


env.reset(seed=1)
walk(min(2000, steps))
start = time.perf_counter()
walk(steps)
print(steps / (time.perf_counter() - start))
