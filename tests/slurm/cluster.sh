#!/usr/bin/env bash
# A Slurm of one machine around a command: `cluster.sh STATE COMMAND …`, inside the namespaces that run.sh makes.
# Three virtual nodes of 4 CPUs and 160 GB, two of them with two null devices as GPUs; accounting in a database, as on a
# real cluster. Without systemd and cgroups, limits are held by Slurm's own polling of processes.
set -euo pipefail
STATE=$1
shift

write_conf() {
  mkdir -p "$STATE"/{etc,dev,log,run,munge,db} "$STATE"/spool/{ctld,n1,n2,n3}
  cat >"$STATE/etc/slurm.conf" <<END
ClusterName=affirm
SlurmctldHost=affirm
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
SlurmctldPidFile=$STATE/run/slurmctld.pid
SlurmdPidFile=$STATE/run/slurmd.%n.pid
StateSaveLocation=$STATE/spool/ctld
SlurmdSpoolDir=$STATE/spool/%n
SlurmctldLogFile=$STATE/log/slurmctld.log
SlurmdLogFile=$STATE/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=affirm
AccountingStorageTRES=gres/gpu,gres/gpu:h100
AccountingStoreFlags=job_comment
AccountingStorageEnforce=associations,limits
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,sched_min_interval=0,bf_interval=2
KillWait=2
MinJobAge=300
PropagateResourceLimits=NONE
GresTypes=gpu
NodeName=DEFAULT CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=160000
NodeName=n1 NodeHostname=affirm Port=17001
NodeName=n2 NodeHostname=affirm Port=17002 Gres=gpu:h100:2
NodeName=n3 NodeHostname=affirm Port=17003 Gres=gpu:h100:2
PartitionName=night Nodes=n[1-3] Default=YES MaxTime=2-00:00:00 State=UP
END
  # A count alone registers as no GPU at all; a device file that can be opened does.
  for gpu in 0 1; do mknod "$STATE/dev/gpu$gpu" c 1 3; done
  echo "NodeName=n[2-3] Name=gpu Type=h100 File=$STATE/dev/gpu[0-1]" >"$STATE/etc/gres.conf"
  printf '127.0.0.1 localhost\n10.0.0.1 affirm\n' >"$STATE/etc/hosts"
  echo "CgroupAutomount=no" >"$STATE/etc/cgroup.conf"
  cat >"$STATE/etc/slurmdbd.conf" <<END
AuthType=auth/munge
DbdHost=affirm
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
LogFile=$STATE/log/slurmdbd.log
PidFile=$STATE/run/slurmdbd.pid
END
  chmod 600 "$STATE/etc/slurmdbd.conf"
}

await() { # await SECONDS COMMAND …: until the command succeeds
  local tries=$(($1 * 5))
  shift
  for _ in $(seq "$tries"); do
    "$@" &>/dev/null && return
    sleep 0.2
  done
  echo "the cluster does not come up: $*" >&2
  "$@" >&2 || true
  tail -n 5 "$STATE"/log/*.log >&2
  exit 1
}

nodes_are_up() { [ "$(sinfo -h -N -t idle -o %N | wc -l)" = 3 ]; }

database() { mariadb --protocol=socket --socket="$STATE/run/db.sock" "$@"; }

start_database() {
  chown mysql "$STATE/db" "$STATE/run"
  mariadb-install-db --no-defaults --user=mysql --datadir="$STATE/db" --auth-root-authentication-method=normal \
    --skip-test-db >"$STATE/log/install.log" 2>&1
  mariadbd --no-defaults --user=mysql --datadir="$STATE/db" --socket="$STATE/run/db.sock" --pid-file="$STATE/run/db.pid" \
    --bind-address=127.0.0.1 --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 --skip-log-bin \
    --skip-name-resolve >"$STATE/log/mariadb.log" 2>&1 &
  await 60 database -e "select 1"
  database -e "create database slurm_acct_db; create user slurm@'127.0.0.1' identified by 'slurm';
    grant all on slurm_acct_db.* to slurm@'127.0.0.1';"
}

start_slurm() {
  dd if=/dev/urandom of="$STATE/munge/key" bs=1024 count=1 status=none
  chmod 600 "$STATE/munge/key"
  munged --key-file="$STATE/munge/key" --pid-file="$STATE/munge/pid" \
    --log-file="$STATE/munge/log" --seed-file="$STATE/munge/seed"
  slurmdbd
  await 30 sacctmgr -n show cluster
  sacctmgr -i add cluster affirm >/dev/null
  sacctmgr -i add account group7 Cluster=affirm >/dev/null
  sacctmgr -i add user root Account=group7 DefaultAccount=group7 >/dev/null
  slurmctld
  await 30 scontrol ping
  for node in n1 n2 n3; do slurmd -N $node; done
  await 30 nodes_are_up
}

hostname affirm
ip link set lo up
ip address add 10.0.0.1/32 dev lo # with loopback's own address alone no name is looked up
write_conf
mount -t tmpfs tmpfs /run
mkdir /run/munge
# Snakemake's plugin takes SLURM_* out of a job's environment, so that what a job calls looks at the default place.
mount -t tmpfs tmpfs /etc/slurm
ln -s "$STATE"/etc/*.conf /etc/slurm/
mount --bind "$STATE/etc/hosts" /etc/hosts
start_database
start_slurm
echo "Slurm is up after $SECONDS s: $(sinfo -h -N -o '%N %G' | tr '\n' ';')"
"$@"
