#!/usr/bin/env bash
# Two fresh clones of HEAD (no journal, no results), built side by side, one with one core: their headlines must have
# the same bytes.
set -euo pipefail
root=$(git rev-parse --show-toplevel)
scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null && wait; rm -rf "$scratch"' EXIT
build() { # cores
  local clone=$scratch/cores$1
  git clone -q "$root" "$clone"
  if [ -d "$root/.venv" ]; then ln -s "$root/.venv" "$clone/.venv"; touch "$root/.venv/ready"; fi
  make -C "$clone" demo CORES="$1" >"$clone.log" 2>&1 || { tail -40 "$clone.log"; return 1; }
}
build 2 &
build 1 &
for job in $(jobs -p); do wait "$job"; done
for table in eva/table2 table1 table3 table3_stats table4 table9 table10 reddit_funnel figure2 audit/estimate audit/planted; do
  cmp "$scratch/cores2/results/demo/$table.csv" "$scratch/cores1/results/demo/$table.csv"
done
sha256sum "$scratch"/cores*/results/demo/{table3,eva/table2}.csv | sed "s#$scratch/##"
echo "two fresh builds, with two cores and with one: the same bytes"
