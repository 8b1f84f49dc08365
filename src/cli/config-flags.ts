/** Flags that are config keys in kebab case. Which values they take is the config's affair. */
export const CONFIG_FLAGS: readonly (readonly [flag: string, help: string])[] = [
  ["--env <id>", "environment: HalfCheetah, HalfCheetah-v5, or your own module: ./my-env.js:MyEnv"],
  ["--seed <n>", "every random stream follows from it (default: 1)"],
  ["--total-timesteps <steps>", "budget in env steps: 1000000, 1e6 or 1M (default: 1M)"],
  ["--num-envs <n>", "environments side by side; the rollout keeps its size unless --num-steps is given too"],
  ["--num-steps <n>", "steps of each environment in a rollout"],
  ["--minibatch-size <n>", "transitions in a minibatch"],
  ["--epochs <n>", "passes over a rollout"],
  ["--optimizer <name>", "adan, adam, adamw, adam-rel, …; brings its own learning rate"],
  ["--learning-rate <rate>", 'a number, or a schedule: "3e-4 * (1 - progress)"'],
  [
    "--device <name>",
    "simd, scalar, webgpu, cuda, wasm, cpu, or auto: the fastest; rl-adan doctor tells which are here (default: simd)",
  ],
  [
    "--threads <n>",
    "threads that step environments and train, or auto; results do not depend on it (default: auto)",
  ],
  ["--checkpoint-every <steps>", "env steps between checkpoints; 0: only at the end (default: 100k)"],
  ["--keep-last <n>", "how many of the newest checkpoints stay, besides the best (default: 3)"],
  ["--keep-every <steps>", "and one for each so many env steps; 0: none (default: 0)"],
  ["--eval-every <steps>", "env steps between evaluations; 0: only at the end (default: 0)"],
  ["--eval-episodes <n>", "episodes of an evaluation (default: 10)"],
  [
    "--on-nan <what>",
    "at a number that is not finite: stop, or rollback: half the learning rate from the last checkpoint (default: stop)",
  ],
];

/** The values of flags that are config keys, by key; undefined where one is not given. known: all of them unless given. */
export function configValues(flags: object, known = CONFIG_FLAGS): Record<string, unknown> {
  const given = flags as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    known.map(([flag]) => {
      const name = /^--([\w-]+)/.exec(flag)![1]!;
      return [name.replaceAll("-", "_"), given[camelCase(name)]];
    }),
  );
}

/** How commander names the value of a flag. */
export function camelCase(flag: string): string {
  return flag.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
