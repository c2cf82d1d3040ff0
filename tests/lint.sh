#!/bin/bash
# lint.sh FLAGS: clang-tidy and cppcheck over the C files, shellcheck over the scripts. FLAGS: -I and -D of the build.
set -u
jobs=${JOBS:-2}
failed=0
mapfile -t sources < <(find core parsers analyzer reports cli samples/generator -name '*.c' | sort)
mapfile -t scripts < <(find . -path './build*' -prune -o \( -name '*.sh' -o -path './.ci/run' \) -print | sort)

# One clang-tidy for a few files at a time; it counts suppressed warnings on stderr.
# shellcheck disable=SC2016  # the inner shell expands
printf '%s\0' "${sources[@]}" | FLAGS=$1 xargs -0 -P "$jobs" -n 6 sh -c 'clang-tidy --quiet "$@" -- $FLAGS 2>/dev/null' sh || failed=1

cppcheck --quiet --error-exitcode=1 -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem -I. "${sources[@]}" || failed=1

shellcheck "${scripts[@]}" || failed=1
[ $failed -eq 0 ] && echo "lint: ${#sources[@]} C files and ${#scripts[@]} scripts without a complaint"
exit $failed
