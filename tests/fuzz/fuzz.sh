#!/bin/bash
# fuzz.sh [PARSER...]: libFuzzer on each of the parsers (default: all), SECONDS_EACH seconds each.
# What it learns stays below $BUILD/corpus; what crashes lies in $BUILD/found. Ends with a table.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/libfuzzer}
target=$build/fuzz/fuzz_parser
table=$(printf '%-24s %12s %10s %8s %s' parser executions 'per s' 'MiB' found)
bad=0
mapfile -t parsers < <(PARSER=list "$target")
if [ $# -gt 0 ]; then parsers=("$@"); fi
mapfile -t seeds < <(find tests/cases -name logs -type d)
for parser in "${parsers[@]}"; do
    learned=$build/corpus/$parser
    mkdir -p "$learned" "$build/found" "tests/fuzz/corpus/$parser"
    log=$build/$parser.log
    PARSER=$parser "$target" -max_total_time="${SECONDS_EACH:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=32768 \
        -print_final_stats=1 -dict=tests/fuzz/logs.dict -artifact_prefix="$build/found/$parser-" \
        "$learned" "tests/fuzz/corpus/$parser" "${seeds[@]}" >"$log" 2>&1 || bad=1
    count() { sed -n "s/^stat::$1: *//p" "$log"; }
    found=$(find "$build/found" -name "$parser-*" | wc -l)
    table+=$'\n'$(printf '%-24s %12s %10s %8s %s' "$parser" "$(count number_of_executed_units)" \
        "$(count average_exec_per_sec)" "$(count peak_rss_mb)" "$found")
    grep -E -A12 'ERROR: |broken promise|runtime error' "$log" | head -30
done
echo "$table"
exit $bad
