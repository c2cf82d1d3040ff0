#!/bin/bash
# run_checks.sh UNIT_TEST... -- SCRIPT...: runs all tests and counts them.
#
# A unit test is a cmocka program. A script tests the built program as a whole;
# it ends with a line `N passed, N failed` (else it counts as one test) and
# exits other than 0 when something failed. The last line here is the sum of
# all, in the same form. Exit status 1 if anything failed.
set -u

# The tests compare English sentences, whatever their user speaks.
unset LANGUAGE LC_ALL LC_MESSAGES
export LANG=C.UTF-8

passed=0
failed=0
broken=()

# count STATUS NAME OUTPUT: adds what a test printed to the sums. A test that died adds a failure whatever it printed.
count() {
    local status=$1 name=$2 output=$3 good bad
    read -r good bad < <(awk '
        /^\[  PASSED  \] [0-9]+ test/ { good += $4; cmocka = 1 }
        /^\[  FAILED  \] [0-9]+ test\(s\)/ { bad += $4; cmocka = 1 }
        /^[0-9]+ passed, [0-9]+ failed/ { last_good = $1; last_bad = $3; script = 1 }
        END {
            if (script) { good = last_good; bad = last_bad }
            print good + 0, bad + 0 }' "$output")
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$status" -eq 0 ] && [ $((good + bad)) -eq 0 ]; then good=1; fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then broken+=("$name"); fi
}

run() {
    local name=$1 status
    shift
    echo "== $name"
    timeout "${TEST_SECONDS:-600}" "$@" </dev/null >"$scratch/output" 2>&1
    status=$?
    if [ $status -eq 0 ] && [ -z "${VERBOSE:-}" ]; then
        grep -E '^[0-9]+ passed, |^\[  PASSED  \]|^(NOTE|SKIPPED)' "$scratch/output" | sed 's/^/   /'
    else
        sed 's/^/   /' "$scratch/output"
    fi
    if [ $status -ne 0 ]; then echo "   $name: exit status $status"; fi
    count $status "$name" "$scratch/output"
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

scripts=no
for test in "$@"; do
    if [ "$test" = -- ]; then scripts=yes; continue; fi
    if [ $scripts = no ]; then
        run "$test" "$test"
    else
        case $test in
            *.py) run "$test" "${PYTHON:-python3}" "$test" ;;
            *) run "$test" "$test" ;;
        esac
    fi
done

for name in "${broken[@]+"${broken[@]}"}"; do echo "FAILED: $name"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
