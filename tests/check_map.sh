#!/bin/bash
# The map at the top of cli/main.c names every source file, by its name or by a pattern, and names none that is gone.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0
passed=0
room=
words=()
declare -A map
while read -r line; do
    line=${line#//}
    case $line in
        *" core/ "* | *" parsers/ "* | *" analyzer/ "* | *" reports/ "* | *" cli/ "*)
            room=$(sed -E 's|^ *([a-z]+)/.*|\1|' <<<"$line")
            line=${line#*/}
            ;;
        *" samples/ "*) break ;;
    esac
    if [ -n "$room" ]; then map[$room]+=" $(tr -c 'a-z0-9_*.\n' ' ' <<<"$line")"; fi
done <cli/main.c
for room in core parsers analyzer reports cli; do
    set -f
    # shellcheck disable=SC2206
    words=(${map[$room]:-})
    set +f
    for file in "$room"/*.[ch]; do
        name=$(basename "$file")
        found=no
        for word in "${words[@]}"; do
            # shellcheck disable=SC2053
            if [[ ${name%.*} == ${word%.h} ]]; then found=yes; break; fi
        done
        if [ $found = yes ]; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$file is not on the map at the top of cli/main.c"
        fi
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
