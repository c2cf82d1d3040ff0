#!/bin/bash
# submit.sh ARCHIVE OUT [SHARDS]: an array job over the archive in SHARDS parts (default 8), then one that merges them.
# Prints the number of the merging job. WHYSLOW, WHYSLOW_OPTIONS, WHYSLOW_MERGE_OPTIONS, SBATCH_OPTIONS: see README.md.
set -eu

if [ $# -lt 2 ]; then
    echo "usage: $0 ARCHIVE OUT [SHARDS]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
WHYSLOW_ARCHIVE=$(cd "$1" && pwd)
mkdir -p "$2/shards"
WHYSLOW_OUT=$(cd "$2" && pwd)
WHYSLOW_SHARDS=${3:-8}
export WHYSLOW_ARCHIVE WHYSLOW_OUT WHYSLOW_SHARDS
read -ra more <<<"${SBATCH_OPTIONS:-}"

array=$(sbatch --parsable --chdir="$WHYSLOW_OUT" --array="1-$WHYSLOW_SHARDS" "${more[@]}" "$here/whyslow-array.sbatch")
# afterany: the merge also runs if a task failed, and says which shard is missing. With afterok it would wait for ever.
merge=$(sbatch --parsable --chdir="$WHYSLOW_OUT" --dependency="afterany:${array%%;*}" "${more[@]}" "$here/whyslow-merge.sbatch")
echo "array job ${array%%;*}: $WHYSLOW_SHARDS shards; the result will be in $WHYSLOW_OUT/fleet" >&2
echo "${merge%%;*}"
