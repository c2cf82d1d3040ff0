#!/bin/bash
# slurm_one_node.sh: samples/slurm in a real Slurm of one node that is started for it and stopped afterwards, and the same
# shards by GNU parallel. Both must give the bytes of one batch. Everything lies in a directory of its own.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${BUILD:-build}" && pwd)
whyslow=$build/whyslow
runs=${RUNS:-16}
passed=0
failed=0

# expect NAME STATUS DETAIL: good if the status is 0.
expect() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $1: ${3:-}"
    fi
}

skip() {
    echo "SKIPPED: $1"
    echo "$passed passed, $failed failed"
    exit 0
}

for program in slurmctld slurmd sbatch munged mungekey parallel; do
    [ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v $program)" ] || skip "$program is not installed (apt-get install slurm-wlm munge parallel)"
done
[ "$(id -u)" = 0 ] || skip "a Slurm node is started by root"
export PATH=$PATH:/usr/sbin:/sbin

where=$(mktemp -d)
munge_pid=
stop_all() {
    if [ -e "$where/slurm.conf" ]; then
        scontrol shutdown >/dev/null 2>&1
        for daemon in slurmctld slurmd; do
            for _ in $(seq 50); do
                kill -0 "$(cat "$where/$daemon.pid" 2>/dev/null)" 2>/dev/null || break
                sleep 0.1
            done
            [ -e "$where/$daemon.pid" ] && kill -9 "$(cat "$where/$daemon.pid")" 2>/dev/null
        done
    fi
    [ -n "$munge_pid" ] && kill "$munge_pid" 2>/dev/null
    rm -rf "$where"
}
trap stop_all EXIT

# ── a Slurm of one node ─────────────────────────────────────────────────────

host=$(hostname -s)
port=$((20000 + $$ % 20000))
chmod 755 "$where"
mkdir -m 755 "$where/munge" "$where/state" "$where/spool"
mungekey --create --keyfile="$where/munge/key" 2>"$where/munge.log" || skip "no key for munge: $(tail -1 "$where/munge.log")"
munged --foreground --force --socket="$where/munge/socket" --key-file="$where/munge/key" --pid-file="$where/munge/pid" \
    --log-file="$where/munge/log" --seed-file="$where/munge/seed" --num-threads=2 >"$where/munge.log" 2>&1 &
munge_pid=$!
cat >"$where/slurm.conf" <<END
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$where/munge/socket
CredType=cred/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobCompType=jobcomp/filetxt
JobCompLoc=$where/completed
StateSaveLocation=$where/state
SlurmdSpoolDir=$where/spool
SlurmctldPidFile=$where/slurmctld.pid
SlurmdPidFile=$where/slurmd.pid
SlurmctldLogFile=$where/slurmctld.log
SlurmdLogFile=$where/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,bf_interval=2
MinJobAge=3600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1024 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$where/slurm.conf
for _ in $(seq 50); do [ -S "$where/munge/socket" ] && break; sleep 0.1; done
[ -S "$where/munge/socket" ] || skip "munge does not start: $(tail -1 "$where/munge/log" "$where/munge.log" 2>/dev/null)"
slurmctld -c >"$where/start.log" 2>&1 && slurmd >>"$where/start.log" 2>&1
for _ in $(seq 100); do
    [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break
    sleep 0.2
done
[ "$(sinfo -h -o %t 2>/dev/null)" = idle ] || skip "Slurm does not start: $(cat "$where"/*.log | grep -i 'error\|fatal' | tail -2)"
echo "$(slurmd -V) on one node of $(nproc) processors"

# ── an archive, and what one batch makes of it ──────────────────────────────

mkdir "$where/archive" "$where/nothing"
mapfile -t scenarios < <("$build/generate" --list | awk '{ print $1 }')
for ((i = 0; i < runs; i++)); do
    "$build/generate" "${scenarios[i * 5 % ${#scenarios[@]}]}" $((81000 + i)) "$where/archive/run-$i" >/dev/null 2>&1
    rm -f "$where/archive/run-$i/truth.json"
done
"$whyslow" batch -q -o "$where/alone" "$where/archive" >/dev/null
expect "one batch goes through" $?

# wait_for JOB: until it has come to its end; prints its state.
wait_for() {
    local state=
    [ -n "${1%%_*}" ] || return
    for _ in $(seq 300); do
        state=$(scontrol -o show job "$1" 2>/dev/null | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p' | sort -u)
        case $state in COMPLETED | FAILED | CANCELLED | TIMEOUT | NODE_FAIL) break ;; esac
        sleep 0.2
    done
    echo "$state"
}

same() { diff -rq --exclude=.lock "$1" "$2" >"$where/differs" 2>&1; }

export WHYSLOW=$whyslow SBATCH_OPTIONS="--cpus-per-task=1 --mem-per-cpu=20M"
job=$(samples/slurm/submit.sh "$where/archive" "$where/out" 4 2>"$where/submit.log")
[ -n "$job" ]
expect "the two jobs are submitted" $? "$(cat "$where/submit.log")"
state=$(wait_for "$job")
[ "$state" = COMPLETED ]
expect "the merging job ends well" $? "$state: $(cat "$where"/out/*.log 2>/dev/null | tail -5)"
same "$where/alone" "$where/out/fleet"
expect "four shards merged by Slurm are one batch" $? "$(head -3 "$where/differs")"
array=$(sed -n 's/^array job \([0-9]*\):.*/\1/p' "$where/submit.log")
ends=$(scontrol -o show job "$array" | sed -n 's/.*ExitCode=\([0-9:]*\).*/\1/p' | sort | uniq -c | tr -s ' ')
[ "$ends" = ' 4 0:0' ]
expect "every task ends with status 0" $? "$ends"

# ── a task that is killed in its work, and one that fails ───────────────────

array=$(WHYSLOW_ARCHIVE=$where/archive WHYSLOW_OUT=$where/killed sbatch --parsable --chdir="$where" --array=1-2 --mem-per-cpu=20M --cpus-per-task=1 \
    samples/slurm/whyslow-array.sbatch)
for _ in $(seq 400); do
    [ -n "$(find "$where/killed/shards/1/runs" -name report.json -print -quit 2>/dev/null)" ] && break
    sleep 0.02
done
sleep 1.2  # what is done is committed once a second
scontrol requeue "${array}_1" >"$where/requeue.log" 2>&1
expect "a task at work is requeued" $? "$(cat "$where/requeue.log")"
# Slurm would let it wait two minutes, from when its processes have come to their end.
for _ in $(seq 150); do
    sleep 0.2
    scontrol -o show job "${array}_1" 2>/dev/null | grep -q JobState=PENDING || continue
    scontrol update jobid="${array}_1" StartTime=now 2>/dev/null && break
done
for task in 1 2; do wait_for "${array}_$task" >/dev/null; done
"$whyslow" merge -q -o "$where/killed/fleet" "$where"/killed/shards/* >"$where/merge.log" 2>&1
same "$where/alone" "$where/killed/fleet"
expect "requeued in its work, the result is the same" $? "$(head -3 "$where/differs") $(cat "$where/merge.log")"
log=$(cat "$where"/whyslow-*_1.log)
grep -q 'stopped: [1-9][0-9]* of' <<<"$log" && grep -q 'unchanged since an earlier batch' <<<"$log"
expect "it was stopped with runs done, and went on behind them" $? "$log"

array=$(WHYSLOW_ARCHIVE=$where/nothing WHYSLOW_OUT=$where/none sbatch --parsable --chdir="$where" --array=1-1 --mem-per-cpu=20M --cpus-per-task=1 \
    samples/slurm/whyslow-array.sbatch)
wait_for "${array}_1" >/dev/null
end=$(scontrol -o show job "${array}_1" | sed -n 's/.*ExitCode=\([0-9]*\):.*/\1/p')
[ "$end" = 3 ]
expect "an archive without runs is status 3 of the task" $? "$end"
job=$(samples/slurm/submit.sh "$where/archive" "$where/partly" 3 2>"$where/submit.log")
scancel "$(sed -n 's/^array job \([0-9]*\):.*/\1/p' "$where/submit.log")_3"
wait_for "$job" >/dev/null
grep -q "shard 3/3\|shards/3" "$where/partly/fleet/fleet.md"
expect "a task that never ran is named in the summary" $? "$(cat "$where"/partly/*.log | tail -5)"

# ── GNU parallel ────────────────────────────────────────────────────────────

parallel --will-cite --joblog "$where/joblog" "$whyslow" batch -q -j 1 --shard {}/3 -o "$where/parallel/{}" "$where/archive" ::: 1 2 3 >/dev/null 2>&1
[ "$(awk 'NR > 1 { print $7 }' "$where/joblog" | sort -u)" = 0 ]
expect "three shards by GNU parallel end with status 0" $? "$(cat "$where/joblog")"
"$whyslow" merge -q -o "$where/together" "$where"/parallel/* >/dev/null 2>&1
same "$where/alone" "$where/together"
expect "merged they are one batch" $? "$(head -3 "$where/differs")"
parallel --will-cite --joblog "$where/joblog" "$whyslow" batch -q -o "$where/odd{#}" {} ::: "$where/nothing" "$where/archive/run-0" >/dev/null 2>&1
[ "$(awk 'NR > 1 { print $7 }' "$where/joblog" | sort | tr '\n' ' ')" = '0 3 ' ]
expect "its job log tells the statuses apart" $? "$(cat "$where/joblog")"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
