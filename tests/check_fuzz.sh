#!/bin/bash
# Every parser reads its own seeds, the inputs that fuzzing found, the logs of all case folders (also those of other
# formats: a bid may be wrong), and mutations of all of these.
set -u
cd "$(dirname "$0")/.." || exit 1
target=${BUILD:-build}/fuzz/fuzz_parser
mutations=${MUTATIONS:-20}
passed=0
failed=0
for parser in $(PARSER=list "$target"); do
    mapfile -t logs < <(find tests/cases -path '*/logs/*' -type f 2>/dev/null | LC_ALL=C sort)
    own=$parser
    if [ "$parser" = any ] || [ "$parser" = file ]; then own=""; fi
    if [ ! -d "tests/fuzz/corpus/$own" ]; then
        failed=$((failed + 1))
        echo "$parser: no seed in tests/fuzz/corpus/$parser"
    fi
    if said=$(PARSER=$parser "$target" -m "$mutations" "tests/fuzz/corpus/$own" "${logs[@]}" 2>&1); then
        passed=$((passed + 1))
        echo "$parser: $said"
    else
        failed=$((failed + 1))
        echo "$parser: FAILED"
        echo "$said" | tail -40
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
