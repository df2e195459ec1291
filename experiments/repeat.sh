#!/bin/sh
# sh experiments/repeat.sh SEEDS TRAIN-FLAGS...: trains under seeds 0 .. SEEDS - 1 (data and weights) and
# prints the accuracy of the last record for each domain: mean and standard deviation in %. Names and skips
# a seed that fails, and exits with its exit code. SANDGRAD names the program.
set -eu
program=${SANDGRAD:-$(dirname "$0")/../build/release/sandgrad}
case ${1:-} in
  '' | 0 | *[!0-9]*)
    echo "repeat.sh: expected SEEDS TRAIN-FLAGS..., with at least 1 seed, found: $*" >&2
    exit 64
    ;;
esac
seeds=$1
shift
last_records=$(mktemp)
trap 'rm -f "$last_records"' EXIT
seed=0 failed=0 failure=0
while [ "$seed" -lt "$seeds" ]; do
  code=0
  records=$("$program" train --seed "$seed" --trial-seed "$seed" --record-every 1000000 --json "$@") ||
    code=$?
  if [ "$code" -eq 0 ]; then
    printf '%s\n' "$records" | tail -n 1 >>"$last_records"
  else
    echo "repeat.sh: seed $seed failed with exit code $code" >&2
    failed=$((failed + 1)) failure=$code
    [ "$code" -lt 128 ] || break  # stopped on request
  fi
  seed=$((seed + 1))
done
awk -v failed="$failed" '
  BEGIN { last = -1 }
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
    printf "%d runs%s\n", runs, (failed > 0 ? ", " failed " failed" : "")
  }' "$last_records"
exit "$failure"
