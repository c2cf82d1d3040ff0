#!/bin/sh
# make.sh: writes the four sample runs anew with the generator; `make samples` calls it. Same seed, same bytes.
set -eu
cd "$(dirname "$0")"
generate=${BUILD:-build}/generate
case $generate in /*) ;; *) generate=../$generate ;; esac
into=${1:-.}

# FOLDER SCENARIO SEED
while read -r folder scenario seed; do
    scratch=$(mktemp -d)
    "$generate" "$scenario" "$seed" "$scratch"
    mkdir -p "$into/$folder" "$into/truth"
    mv "$scratch/truth.json" "$into/truth/$folder.json"
    for log in "$scratch"/*; do mv "$log" "$into/$folder/"; done
    rmdir "$scratch"
done <<END
sata-ssd   sata-ssd-article 11
healthy    healthy          3
thermal    thermal          7
cpu-bound  cpu-all-cores    1
END
