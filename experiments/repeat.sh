#!/bin/sh
# sh experiments/repeat.sh SEEDS TRAIN-FLAGS...: trains under seeds 0 .. SEEDS - 1 (data and weights) and prints the accuracy of
# the last record, domain by domain: mean and standard deviation in %. SANDGRAD names the program.
set -eu
program=${SANDGRAD:-$(dirname "$0")/../build/release/sandgrad}
seeds=$1
shift
seed=0
while [ "$seed" -lt "$seeds" ]; do
  "$program" train --seed "$seed" --trial-seed "$seed" --record-every 1000000 --json "$@" | tail -n 1
  seed=$((seed + 1))
done | awk '
  {
    runs += 1
    while (match($0, /"env[0-9]+_in_acc":[0-9.e-]+/)) {
      split(substr($0, RSTART + 4, RLENGTH - 4), part, /_in_acc":/)
      env = part[1] + 0
      if (env > last) last = env
      sum[env] += 100 * part[2]; squares[env] += 100 * part[2] * 100 * part[2]
      $0 = substr($0, RSTART + RLENGTH)
    }
  }
  END {
    for (env = 0; env <= last; env++) {
      mean = sum[env] / runs
      variance = runs > 1 ? (squares[env] - runs * mean * mean) / (runs - 1) : 0
      printf "env%-3d %6.2f +- %.2f\n", env, mean, (variance > 0 ? sqrt(variance) : 0)
    }
    printf "%d runs\n", runs
  }'
