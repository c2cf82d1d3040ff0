#!/bin/bash
# check_capture.sh: samples/capture.sh with stand-ins for the tools on PATH: what it writes, asks for, and leaves running.
set -u
capture=$PWD/samples/capture.sh
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
passed=0
failed=0

expect() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$place/why" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name: $*"
        sed 's/^/   /' "$place/why"
    fi
}
not() { ! "$@"; }

# A stand-in writes its arguments and then a line ten times a second, until it is stopped; its process id is kept.
stand_in() { # NAME
    cat >"$place/bin/$1" <<END
#!/bin/sh
echo \$\$ >>"$place/pids"
echo "$1 \$*"
while :; do sleep 0.1; echo "$1 line"; done
END
}
# The driver knows only the names of the fields that \$FIELDS_KNOWN does not forbid.
nvidia_stand_in() {
    cat >"$place/bin/nvidia-smi" <<END
#!/bin/sh
case "\$*" in *"\${FIELD_UNKNOWN:-nothing}"*) echo "Field is not a valid field to query."; exit 2 ;; esac
case "\$*" in *-lms*) echo \$\$ >>"$place/pids"; echo "nvidia-smi \$*"; while :; do sleep 0.1; echo row; done ;; *) echo ok ;; esac
END
}
one_shot() { printf '#!/bin/sh\necho "%s $*"\n' "$1" >"$place/bin/$1"; }

fresh() { # a PATH with the stand-ins and the few real tools that a script needs
    rm -rf "${place:?}/bin" "$place/out" "$place/pids" "$place/log"
    mkdir "$place/bin"
    : >"$place/pids"
    nvidia_stand_in
    for tool in iostat vmstat mpstat; do stand_in $tool; done
    for tool in smartctl hdparm dmesg; do one_shot $tool; done
    printf '#!/bin/sh\nshift\nexec "$@"\n' >"$place/bin/sudo"
    chmod +x "$place"/bin/*
    for tool in sh awk sed date mkdir cat tail head sleep id tr grep uname rm kill; do
        real=$(command -v $tool) && [ -x "$real" ] && ln -sf "$real" "$place/bin/$tool"
    done
}
run() { PATH=$place/bin sh "$capture" "$@" >"$place/log" 2>&1; }
nothing_runs() {
    while read -r pid; do
        if kill -0 "$pid" 2>/dev/null; then echo "still running: $pid"; return 1; fi
    done <"$place/pids"
}

fresh
run -o "$place/out" -d sda -d /dev/nvme0n1 -i 0.5 -t -- sh -c 'sleep 0.4; exit 7'
expect "the command's status is ours" test $? = 7
for log in gpu.csv iostat.log vmstat.log mpstat.log smart.log hdparm.txt dmesg.log notes.txt; do
    expect "$log is written" test -s "$place/out/$log"
done
expect "samplers ran all the time" grep -q "iostat line" "$place/out/iostat.log"
expect "four samplers were started" test "$(wc -l <"$place/pids")" = 4
expect "nothing is left running" nothing_runs
for field in index uuid utilization.gpu memory.used temperature.gpu power.draw power.limit clocks.current.sm clocks_event_reasons.active \
    pcie.link.gen.current pcie.link.width.max; do
    expect "asks for $field" grep -q "$field" "$place/out/gpu.csv"
done
expect "half a second in milliseconds" grep -q -- "-lms 500" "$place/out/gpu.csv"
expect "iostat with times, whole seconds" grep -q "iostat -xt 1" "$place/out/iostat.log"
expect "every disk is asked before and after" test "$(grep -c 'smartctl -x /dev/' "$place/out/smart.log")" = 4
expect "each page says whose it is" grep -qx "/dev/nvme0n1" "$place/out/smart.log"
expect "raw speed once a disk" test "$(grep -c 'hdparm -Tt' "$place/out/hdparm.txt")" = 2

fresh
FIELD_UNKNOWN=clocks_event run -o "$place/out" -d sda -- sleep 0.2
expect "an older driver gets the older names" grep -q clocks_throttle_reasons.active "$place/out/gpu.csv"

fresh
FIELD_UNKNOWN=clocks run -o "$place/out" -d sda -- sleep 0.2
expect "an ancient driver gets the plain fields" grep -q "query-gpu=timestamp,index,utilization.gpu" "$place/out/gpu.csv"

fresh
rm "$place/bin/iostat" "$place/bin/smartctl"
run -o "$place/out" -d sda -- sleep 0.2
expect "goes on without a tool" test $? = 0
expect "names the missing tool" grep -q "no iostat" "$place/log"
expect "and its package" grep -q "smartmontools" "$place/log"
expect "and notes it beside the logs" grep -q "missing: iostat" "$place/out/notes.txt"

# Without a command it records until a signal.
fresh
PATH=$place/bin sh "$capture" -o "$place/out" -d sda >"$place/log" 2>&1 &
pid=$!
sleep 0.7
kill -TERM $pid
wait $pid
expect "a signal ends it well" test $? = 0
expect "all are stopped by then" nothing_runs
expect "health is read once more after the signal" test "$(grep -c 'smartctl -x' "$place/out/smart.log")" = 2

# A signal while a command runs goes to the command, too.
fresh
PATH=$place/bin sh "$capture" -o "$place/out" -d sda -- sleep 30 >"$place/log" 2>&1 &
pid=$!
sleep 0.7
kill -TERM $pid
wait $pid
expect "the command's death by signal is told" test $? = 143
expect "nothing of it is left" nothing_runs

fresh
run -n -o "$place/out" -d sda
expect "a dry run writes nothing" not test -e "$place/out"
expect "but says what would run" grep -q "iostat -xt 1" "$place/log"
run -i soon
expect "a wrong number is refused" test $? = 2
run -h
expect "the help speaks of containers" grep -q -- "--gpus all" "$place/log"
expect "and of sudo" grep -q NOPASSWD "$place/log"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
