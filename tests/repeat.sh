#!/usr/bin/env bash
# Two fresh clones of HEAD (no journal, no results), the second with one core: the headlines must have the same bytes.
set -euo pipefail
root=$(git rev-parse --show-toplevel)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for cores in 2 1; do
  git clone -q "$root" "$scratch/cores$cores"
  if [ -d "$root/.venv" ]; then ln -s "$root/.venv" "$scratch/cores$cores/.venv"; touch "$root/.venv/ready"; fi
  make -C "$scratch/cores$cores" demo CORES=$cores >"$scratch/cores$cores.log" 2>&1 || { tail -40 "$scratch/cores$cores.log"; exit 1; }
done
for table in eva/table2 table1 table3 table3_stats table4 table9 table10 reddit_funnel figure2 audit/estimate audit/planted; do
  cmp "$scratch/cores2/results/demo/$table.csv" "$scratch/cores1/results/demo/$table.csv"
done
sha256sum "$scratch"/cores*/results/demo/{table3,eva/table2}.csv | sed "s#$scratch/##"
echo "two fresh builds, with two cores and with one: the same bytes"
