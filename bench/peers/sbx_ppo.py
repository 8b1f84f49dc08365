"""SBX (Stable-Baselines3 in JAX, its update and policy jitted on the CPU) with CleanRL's recipe, for throughput comparisons.

As `sb3.py`, whose recipe and envs it shares, except that SBX does not clip the value loss, and clips the gradients of
actor and critic apart. Prints env steps per second of the whole training; imports and construction are not counted, nor
is the warm-up: the iterations that hold the first 1,000 steps of every env (1 of 2,048 steps, 4 of 8 x 256), in which
everything is compiled, what happens at the time limit included.

    pip install torch==2.13.0 "gymnasium[mujoco]==1.4.0" mujoco==3.14.0 stable-baselines3==2.9.2 \\
        sbx-rl==0.28.0 "jax[cpu]==0.10.2" tfp-nightly==0.26.0.dev20261027
    python bench/peers/sbx_ppo.py HalfCheetah-v5 --total-timesteps 20480 --num-envs 8 --num-steps 256
"""

import math

from sb3 import RECIPE, arguments_of, steps_per_second, vector_env
from sbx import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv

WARM_UP_STEPS_OF_EACH_ENV = 1000

if __name__ == "__main__":
    arguments = arguments_of("SBX, PPO")
    kind = SubprocVecEnv if arguments.subprocesses else DummyVecEnv
    envs = vector_env(arguments.env, arguments.num_envs, arguments.seed, kind)
    model = PPO("MlpPolicy", envs, n_steps=arguments.num_steps, seed=arguments.seed, **RECIPE)
    iterations = math.ceil(WARM_UP_STEPS_OF_EACH_ENV / arguments.num_steps)
    warm_up = iterations * arguments.num_steps * arguments.num_envs
    print(f"steps_per_second {steps_per_second(model, arguments.total_timesteps, warm_up):.0f}")
    envs.close()
