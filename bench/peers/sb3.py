"""Stable-Baselines3's PPO with CleanRL's recipe, for throughput comparisons.

Its own idioms around the same arithmetic: `VecNormalize` (running moments shared by the envs) in place of wrappers per
env, the time limit's bootstrap that it always does. Its value loss has no 1/2 inside, so the coefficient is 0.25. Prints
env steps per second of the whole training; imports and construction are not counted.

    pip install torch==2.13.0 "gymnasium[mujoco]==1.4.0" mujoco==3.14.0 stable-baselines3==2.9.2
    python bench/peers/sb3.py HalfCheetah-v5 --total-timesteps 20480 --num-envs 8 --num-steps 256
"""

import argparse
import time

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecNormalize

# Its defaults complete the recipe: two 64-64 tanh networks, Adam with eps 1e-5, GAE 0.95, no entropy bonus.
RECIPE = {
    "learning_rate": lambda remaining: 3e-4 * remaining,
    "batch_size": 64,
    "n_epochs": 10,
    "gamma": 0.99,
    "clip_range": 0.2,
    "vf_coef": 0.25,
    "max_grad_norm": 0.5,
}


class Clock(BaseCallback):
    """Starts with the rollout that begins after `warm_up` env steps."""

    def __init__(self, warm_up):
        super().__init__()
        self.warm_up = warm_up
        self.started = None

    def _on_rollout_start(self):
        if self.num_timesteps == self.warm_up:
            self.started = time.perf_counter()

    def _on_step(self):
        return True


def vector_env(env_id, num_envs, seed, kind):
    return VecNormalize(make_vec_env(env_id, num_envs, seed=seed, vec_env_cls=kind), gamma=0.99)


def steps_per_second(model, total_timesteps, warm_up=0):
    """Of as many whole iterations as fit into total_timesteps, after warm_up steps that are not counted."""
    rollout = model.n_steps * model.n_envs
    counted = max(1, total_timesteps // rollout) * rollout
    clock = Clock(warm_up)
    model.learn(warm_up + counted, callback=clock)
    return counted / (time.perf_counter() - clock.started)


def arguments_of(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("env")
    parser.add_argument("--total-timesteps", type=int, default=20480)
    parser.add_argument("--num-envs", type=int, default=1)
    parser.add_argument("--num-steps", type=int, default=2048)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--subprocesses", action="store_true", help="an env per process instead of all in this one")
    return parser.parse_args()


if __name__ == "__main__":
    arguments = arguments_of("Stable-Baselines3, PPO")
    torch.set_num_threads(1)
    kind = SubprocVecEnv if arguments.subprocesses else DummyVecEnv
    envs = vector_env(arguments.env, arguments.num_envs, arguments.seed, kind)
    model = PPO("MlpPolicy", envs, n_steps=arguments.num_steps, clip_range_vf=0.2, seed=arguments.seed, device="cpu", **RECIPE)
    print(f"steps_per_second {steps_per_second(model, arguments.total_timesteps):.0f}")
    envs.close()
