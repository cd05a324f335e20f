#!/usr/bin/env bash
# Runs tests/slurm on a real Slurm of one machine: `bash tests/slurm/run.sh`. Needs root and, once, Debian's packages.
# All daemons live in namespaces of their own, which the kernel ends with this script however it ends: no port, file or
# process of the machine is shared, and none is left.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin:/sbin
PACKAGES=(slurm-wlm slurm-wlm-basic-plugins slurmdbd munge mariadb-server iproute2)
DAEMONS=(munged slurmctld slurmd slurmstepd slurmdbd mariadbd)

skip() {
  echo "test-slurm skipped: packages cannot be installed ($1)"
  exit 0
}

install_packages() { # policy-rc.d keeps the packages from starting a daemon; the machine's own one is put back
  local policy=/usr/sbin/policy-rc.d kept
  command -v apt-get >/dev/null || skip "no apt-get"
  apt-get update -qq || skip "apt-get update failed"
  kept=$(mktemp -d)
  [ ! -e $policy ] || mv $policy "$kept/"
  trap 'rm -f $policy; [ ! -e "$kept/policy-rc.d" ] || mv "$kept/policy-rc.d" $policy; rm -rf "$kept"' EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
  DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -qq -y --no-install-recommends "${PACKAGES[@]}" >"$kept/log" 2>&1 ||
    { tail -5 "$kept/log"; skip "apt-get install failed"; }
  rm -f $policy
  [ ! -e "$kept/policy-rc.d" ] || mv "$kept/policy-rc.d" $policy
  rm -rf "$kept"
  trap - EXIT
}

running() { # process ids of such daemons on the whole machine
  for name in "${DAEMONS[@]}"; do pgrep -x "$name" || true; done | sort
}

[ "$(id -u)" = 0 ] || skip "not root"
for program in slurmctld slurmd slurmdbd munged mariadbd ip; do
  command -v $program >/dev/null || { install_packages; break; }
done
apart=(unshare --fork --kill-child --pid --mount-proc --mount --net --uts)
"${apart[@]}" true 2>/dev/null || skip "this machine forbids the namespaces to run them in"

before=$(running)
state=$(mktemp -d)
chmod 755 "$state"
set -m # the cluster in a process group of its own, so that a signal reaches this script first
setpriv --pdeathsig KILL "${apart[@]}" bash tests/slurm/cluster.sh "$state" \
  .venv/bin/python -m pytest -q --durations=0 tests/slurm &
cluster=$!
trap 'rm -rf "$state"' EXIT
trap 'kill -KILL $cluster; wait $cluster || true; echo "test-slurm: stopped" >&2; exit 130' INT TERM HUP
code=0
wait $cluster || code=$?
left=$(comm -13 <(echo "$before") <(running))
[ -z "$left" ] || { echo "test-slurm: daemons are left: $left" >&2; code=1; }
exit $code
