#!/usr/bin/env bash
# Adan against Adam on one environment, several seeds each:
#   scripts/seed-sweep.sh [ENV] [SEEDS] [flags of rl-adan sweep …]
#   scripts/seed-sweep.sh HalfCheetah 0-9 --total-timesteps 1M --json
# A copy of it elsewhere runs the installed package. The same line again goes on where it stopped. Exit codes: 0 all finished, 1 some failed, 2 usage, 130 interrupted.
set -euo pipefail
env=${1:-HalfCheetah}
seeds=${2:-0-9}
shift $(($# < 2 ? $# : 2))
main=$(dirname "$0")/../dist/src/cli/main.js
if [[ -f $main ]]; then rl_adan=(node "$main"); else rl_adan=(npx rl-adan); fi
exec "${rl_adan[@]}" \
  sweep ppo --env "$env" --optimizer adan,adam --seeds "$seeds" "$@"
