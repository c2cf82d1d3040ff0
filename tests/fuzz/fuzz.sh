#!/bin/bash
# fuzz.sh [PARSER...]: libFuzzer on each of the parsers (default: all), SECONDS_EACH seconds each, or with RUNS=N until
# each has had N inputs: in rounds, which are added up in $COUNTS/PARSER, so that it goes on where it was stopped.
# Several may run at once. What it learns stays below $BUILD/corpus; what crashes or takes over a second lies in
# $BUILD/found. Ends with a table.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/libfuzzer}
counts=${COUNTS:-$build/counts}
target=$build/fuzz/fuzz_parser
bad=0
mapfile -t parsers < <(PARSER=list "$target")
if [ $# -gt 0 ]; then parsers=("$@"); fi
mapfile -t seeds < <(find tests/cases -name logs -type d)
mkdir -p "$counts" "$build/found"

stat_of() { sed -n "s/^stat::$2: *//p" "$1"; }

# fuzz PARSER LOG OPTION... SEEDS...: one run of libFuzzer; its statistics are appended to the parser's count. What it
# learns goes into the first folder that it is given.
fuzz() {
    local parser=$1 log=$2
    shift 2
    local own=tests/fuzz/corpus/$parser
    if [ "$parser" = any ] || [ "$parser" = file ]; then own=tests/fuzz/corpus; fi
    mkdir -p "$build/corpus/$parser" "$own"
    local start=$EPOCHSECONDS
    PARSER=$parser "$target" -timeout=10 -report_slow_units=1 -print_final_stats=1 -dict=tests/fuzz/logs.dict \
        -artifact_prefix="$build/found/$parser-" "$build/corpus/$parser" "$own" "$@" >"$log" 2>&1 || bad=1
    local executed
    executed=$(stat_of "$log" number_of_executed_units)
    # executions, seconds, MiB at most, seconds of the slowest input
    echo "${executed:-0} $((EPOCHSECONDS - start)) $(stat_of "$log" peak_rss_mb) $(stat_of "$log" slowest_unit_time_sec)" \
        >>"$counts/$parser"
    grep -E -A12 'ERROR: |broken promise|runtime error' "$log" | head -30
}

# Keeps the smallest set of learned inputs that reaches as much.
prune() {
    local corpus=$build/corpus/$1 smaller
    smaller=$(mktemp -d "$build/corpus/pruning.XXXXXX")
    if PARSER=$1 CHECK_EVERY=8 "$target" -merge=1 -max_len=1536 "$smaller" "$corpus" >"$build/$1.log" 2>&1; then
        find "$corpus" -type f -delete
        find "$smaller" -type f -exec mv -t "$corpus" {} +
    fi
    find "$smaller" -delete
}

# Most rounds are of inputs of a few lines, as they are fastest and reach nearly all code; every fourth is of longer ones,
# and every eighth of long ones with every promise looked after.
round() {
    local parser=$1 rounds=$2 left=$3
    export ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=2:allocator_release_to_os_interval_ms=-1:max_malloc_fill_size=64
    local runs=$((left < 1500000 ? left : 1500000)) longest=256 at_once=64
    # What PPMd (up to 256 MiB) and xz (a dictionary of up to 4 GiB) reserve by a few bytes of a header is never touched:
    # there the memory in use is what counts.
    case $parser in archive | file | any) at_once=8192 ;; esac
    if [ $((rounds % 8)) -eq 6 ]; then prune "$parser"; fi
    if [ $((rounds % 8)) -eq 7 ]; then
        fuzz "$parser" "$build/$parser.log" -runs=$((runs / 8 + 1)) -max_total_time=90 -max_len=32768 \
            -rss_limit_mb=1024 -reload=0 "${seeds[@]}"
        return
    fi
    if [ $((rounds % 4)) -eq 0 ]; then longest=1536; fi
    CHECK_EVERY=8 fuzz "$parser" "$build/$parser.log" -runs=$runs -max_total_time=180 -max_len=$longest \
        -rss_limit_mb=512 -malloc_limit_mb=$at_once -reload=0 -entropic=0
}

count_of() { awk '{ all += $1 } END { print all + 0 }' "$counts/$1" 2>/dev/null || echo 0; }

# One round of each parser that has too few inputs, as long as there is one.
until_counted() {
    local more=1
    while [ $more -eq 1 ] && [ ! -e "$counts/stop" ]; do
        more=0
        for parser in "${parsers[@]}"; do
            local have
            have=$(count_of "$parser")
            if [ "$have" -ge "$RUNS" ] || [ -e "$counts/stop" ]; then continue; fi
            more=1
            exec 9>"$counts/.$parser.lock"
            flock -n 9 || continue
            touch "$counts/$parser"
            round "$parser" "$(wc -l <"$counts/$parser")" $((RUNS - have + 1))
            flock -u 9
        done
    done
}

table() {
    printf '%-24s %12s %10s %8s %8s %s\n' parser executions 'per s' MiB slowest found
    for parser in "${parsers[@]}"; do
        [ -s "$counts/$parser" ] || continue
        awk -v parser="$parser" -v found="$(find "$build/found" -name "$parser-*" | wc -l)" '
            { all += $1; seconds += $2; if ($3 > peak) peak = $3; if ($4 > slowest) slowest = $4 }
            END { printf "%-24s %12d %10d %8d %8d %d\n", parser, all, all / (seconds + !seconds), peak, slowest, found }
        ' "$counts/$parser"
    done
}

if [ -n "${RUNS:-}" ]; then
    until_counted
else
    for parser in "${parsers[@]}"; do
        fuzz "$parser" "$build/$parser.log" -max_total_time="${SECONDS_EACH:-60}" -rss_limit_mb=2048 -max_len=32768 \
            "${seeds[@]}"
    done
fi
table
exit $bad
