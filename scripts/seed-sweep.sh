#!/usr/bin/env bash
# Adan against Adam on one environment, several seeds each:
#   scripts/seed-sweep.sh [ENV] [SEEDS] [flags of rl-adan sweep …]
#   scripts/seed-sweep.sh HalfCheetah 0-9 --total-timesteps 1M --json
# The same line again goes on where it stopped. Exit codes: 0 all finished, 1 some failed, 2 usage, 130 interrupted.
set -euo pipefail
env=${1:-HalfCheetah}
seeds=${2:-0-9}
shift $(($# < 2 ? $# : 2))
exec node "$(dirname "$0")/../dist/src/cli/main.js" \
  sweep ppo --env "$env" --optimizer adan,adam --seeds "$seeds" "$@"
