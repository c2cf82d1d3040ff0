#!/bin/sh
# capture.sh: records a training run so that whyslow can say why it was slow.
#
#   capture.sh [OPTION]... [--] COMMAND [ARGUMENT]...   records while COMMAND runs; exits with its status
#   capture.sh [OPTION]...                              records until Ctrl-C (or SIGTERM)
#
#   -o DIR       where the logs go (default: capture-YYYYMMDD-HHMMSS)
#   -i SECONDS   interval of nvidia-smi and iostat (default 1)
#   -d DISK      a disk to ask for its health, such as sda or nvme0n1; repeatable (default: all)
#   -s MINUTES   health again every so many minutes (default 30; 0: only before and after)
#   -t           hdparm -Tt of each disk once, BEFORE the run (reads for some seconds; needs root)
#   -n           say what would be run, run nothing
#   -h           this text
#
# What it writes into DIR: gpu.csv (nvidia-smi), iostat.log, vmstat.log, mpstat.log, smart.log (smartctl -x before,
# during and after), hdparm.txt, dmesg.log (kernel messages at the end), notes.txt (what ran and what was missing).
# Then:  whyslow analyze DIR
#
# INTERVALS. One second for GPU and disk shows stalls of a few seconds and costs about 5 MB an hour with a handful of
# disks. For runs of days -i 5 is enough. Longer than a stall lasts is too long: a sample every minute sees one second
# in sixty. mpstat -P ALL is long on machines with many cores, so it runs every 10 s.
#
# ROOT. smartctl, hdparm and (on many systems) dmesg need it. Run as root, or let sudo do these three without a password:
#     you ALL=(root) NOPASSWD: /usr/sbin/smartctl -x /dev/*, /usr/sbin/hdparm -Tt /dev/*, /usr/bin/dmesg *
# (visudo -f /etc/sudoers.d/whyslow-capture). Without that the logs lack the health of the disks, nothing else.
#
# CONTAINERS. Capture on the NODE, not in the container: there are the real disks, all processes and the kernel log.
# If it must be inside: nvidia-smi needs `docker run --gpus all`, smartctl needs `--device /dev/sda --cap-add SYS_RAWIO`
# (NVMe: `--device /dev/nvme0 --cap-add SYS_ADMIN`), iostat and vmstat show the node's /proc whatever you do, and dmesg
# needs `--cap-add SYSLOG`. Clocks: a container is often on UTC while its node is not. Here iostat prints its zone.
# On Kubernetes run it as a DaemonSet or on the node by ssh; on Slurm from the job's prolog, or in front of srun's command.
set -u

interval=1
smart_minutes=30
dir=
disks=
hdparm=no
dry=no

usage() { sed -n '2,/^set -u/p' "$0" | sed -e '/^set -u/d' -e 's/^# \{0,1\}//'; }

say() { echo "capture: $*" >&2; }

is_number() { case $1 in '' | *[!0-9.]* | *.*.* | .) return 1 ;; esac; }

while getopts o:i:d:s:tnh option; do
    case $option in
        o) dir=$OPTARG ;;
        i) interval=$OPTARG ;;
        d) disks="$disks ${OPTARG#/dev/}" ;;
        s) smart_minutes=$OPTARG ;;
        t) hdparm=yes ;;
        n) dry=yes ;;
        h) usage; exit 0 ;;
        *) say "-h shows the options"; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
if ! is_number "$interval" || ! is_number "$smart_minutes"; then
    say "-i and -s take a number"
    exit 2
fi
# iostat counts whole seconds.
whole=${interval%%.*}
if [ -z "$whole" ] || [ "$whole" -lt 1 ]; then whole=1; fi
dir=${dir:-capture-$(date +%Y%m%d-%H%M%S)}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Whole disks: no partitions, loops, RAM disks, mappings or CD drives.
all_disks() {
    for path in /sys/block/*; do
        name=${path##*/}
        case $name in loop* | ram* | dm-* | md* | zram* | sr* | fd* | nbd* | '*') continue ;; esac
        echo "$name"
    done
}
if [ -z "$disks" ]; then disks=$(all_disks | tr '\n' ' '); fi

note() { echo "$*" >>"$dir/notes.txt"; }

missing() { # TOOL PACKAGE WHAT
    say "no $1: $3 (Debian: apt-get install $2)"
    [ $dry = yes ] || note "missing: $1"
}

# The richest list of fields that this driver knows. Names changed from throttle to event reasons in driver 535.
gpu_fields() {
    base=timestamp,index,uuid,name,pci.bus_id,pstate,utilization.gpu,utilization.memory,memory.used,memory.total,temperature.gpu
    base=$base,power.draw,power.limit,power.default_limit,clocks.current.sm,clocks.current.memory,clocks.max.sm
    pcie=pcie.link.gen.current,pcie.link.gen.max,pcie.link.width.current,pcie.link.width.max
    for fields in \
        "$base,enforced.power.limit,clocks_event_reasons.active,$pcie,ecc.errors.uncorrected.volatile.total" \
        "$base,enforced.power.limit,clocks_throttle_reasons.active,$pcie,ecc.errors.uncorrected.volatile.total" \
        "$base,clocks_throttle_reasons.active,$pcie" \
        "timestamp,index,utilization.gpu,utilization.memory,memory.used,memory.total,temperature.gpu,power.draw"; do
        if nvidia-smi --query-gpu="$fields" --format=csv >/dev/null 2>&1; then
            echo "$fields"
            return 0
        fi
    done
    return 1
}

pids=
start() { # LOG COMMAND...
    log=$1
    shift
    say "$log: $*"
    [ $dry = yes ] && return
    note "$log: $*"
    LC_ALL=C S_TIME_FORMAT=ISO "$@" </dev/null >"$dir/$log" 2>>"$dir/notes.txt" &
    pids="$pids $!"
}

health() {
    have smartctl || return 0
    for disk in $disks; do
        {
            LC_ALL=C date
            echo "/dev/$disk"
            LC_ALL=C as_root smartctl -x "/dev/$disk" 2>&1
        } >>"$dir/smart.log"
    done
}

health_loop() {
    nap=
    trap 'kill "$nap" 2>/dev/null; exit 0' TERM INT HUP
    while :; do
        sleep "$(awk -v m="$smart_minutes" 'BEGIN { print m * 60 }')" &
        nap=$!
        wait "$nap"
        health
    done
}

# Stops what was started, politely at first.
stopped=no
stop() {
    [ $stopped = yes ] && return
    stopped=yes
    for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
    tries=0
    while [ $tries -lt 20 ]; do
        alive=
        for pid in $pids; do
            if kill -0 "$pid" 2>/dev/null; then alive="$alive $pid"; fi
        done
        [ -z "$alive" ] && break
        sleep 0.1
        tries=$((tries + 1))
    done
    for pid in ${alive:-}; do kill -KILL "$pid" 2>/dev/null; done
    for pid in $pids; do wait "$pid" 2>/dev/null; done
    health
    if have dmesg; then
        LC_ALL=C as_root dmesg --time-format iso 2>/dev/null | tail -n 5000 >"$dir/dmesg.log"
        if [ ! -s "$dir/dmesg.log" ]; then LC_ALL=C dmesg -T 2>>"$dir/notes.txt" | tail -n 5000 >"$dir/dmesg.log"; fi
        if [ ! -s "$dir/dmesg.log" ]; then
            rm -f "$dir/dmesg.log"
            say "dmesg gave nothing: it may need root"
        fi
    fi
    note "end: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    say "done. Now: whyslow analyze $dir"
}

command_pid=
interrupted=no
# shellcheck disable=SC2317  # called by the trap
on_signal() {
    interrupted=yes
    # A command that is recorded gets the signal, too; its end ends the capture.
    if [ -n "$command_pid" ]; then kill -TERM "$command_pid" 2>/dev/null; fi
}

# ── go ──────────────────────────────────────────────────────────────────────

if [ $dry = no ]; then
    mkdir -p "$dir" || exit 1
    note "start: $(date -u +%Y-%m-%dT%H:%M:%SZ), zone of this host: $(date +%z), $(uname -sr)"
fi
if [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -n "${KUBERNETES_SERVICE_HOST:-}" ]; then
    say "this is a container: capture on the node if you can (see -h)"
fi
have smartctl || missing smartctl smartmontools "no health of the disks"
if [ $hdparm = yes ] && ! have hdparm; then missing hdparm hdparm "no raw speed of the disks"; fi

trap on_signal INT TERM HUP
if [ $dry = no ]; then
    health
    if have smartctl && grep -qi 'permission denied\|password is required' "$dir/smart.log" 2>/dev/null; then
        say "smartctl may not read the disks: run as root, or see -h for a sudo rule"
    fi
    if [ $hdparm = yes ] && have hdparm; then
        for disk in $disks; do LC_ALL=C as_root hdparm -Tt "/dev/$disk" >>"$dir/hdparm.txt" 2>&1; done
    fi
fi

if ! have nvidia-smi; then
    missing nvidia-smi nvidia-driver "nothing about the GPUs, so no verdict"
elif fields=$(gpu_fields); then
    # -lms takes milliseconds, so that fractions of a second are possible.
    start gpu.csv nvidia-smi --query-gpu="$fields" --format=csv -lms "$(awk -v s="$interval" 'BEGIN { printf "%d", s * 1000 }')"
else
    say "nvidia-smi does not answer: $(nvidia-smi 2>&1 | head -n 1)"
fi
if have iostat; then start iostat.log iostat -xt "$whole"; else missing iostat sysstat "nothing about the disks"; fi
if have vmstat; then start vmstat.log vmstat -t 5; else missing vmstat procps "nothing about memory and swap"; fi
if have mpstat; then start mpstat.log mpstat -P ALL 10; else missing mpstat sysstat "nothing about single cores"; fi
[ $dry = yes ] && exit 0
if [ "$smart_minutes" != 0 ] && have smartctl; then
    health_loop &
    pids="$pids $!"
fi

status=0
if [ $# -gt 0 ] && [ $interrupted = no ]; then
    "$@" <&0 &
    command_pid=$!
    while :; do
        wait "$command_pid"
        status=$?
        # A signal wakes `wait` before the command has ended.
        kill -0 "$command_pid" 2>/dev/null || break
    done
    command_pid=
    note "command ended with status $status: $*"
else
    say "recording into $dir; Ctrl-C ends it"
    while [ $interrupted = no ]; do
        sleep 1 &
        wait $!
    done
fi
stop
exit $status
