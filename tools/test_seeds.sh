#!/usr/bin/env bash
# test_seeds.sh FIRST COUNT PROGRAM…: runs the programs' tests in simulated time (those whose names
# have /Simulated) under COUNT seeds, on all processors. Prints each failure with the command that
# repeats it, and last "N seeds: passed" or how many runs failed. Logs stay in FOLDER (environment),
# by default a temporary one.
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: test_seeds.sh FIRST COUNT PROGRAM…" >&2; exit 2; }
first=$1 count=$2; shift 2
[[ $first =~ ^[0-9]+$ && $count =~ ^[1-9][0-9]*$ ]] || { echo "test_seeds: no such seeds" >&2; exit 2; }
folder=${FOLDER:-$(mktemp -d)}
mkdir -p "$folder"; rm -f "$folder"/*.log
# Boxes have many small files and a short life: memory is the place for them.
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm

# one PROGRAM FIRST COUNT: many seeds in one process. It is slow, or it hangs, after a minute a seed.
one() {
    local log; log=$folder/$(basename "$1").$2.log
    local status=0
    KSBOX_TEST_SEED=$2 timeout -k 5 $((60 * $3)) "$1" --gtest_brief=1 --gtest_repeat="$3" \
        --gtest_filter='*/Simulated*' >"$log" 2>&1 </dev/null || status=$?
    [ $status -ne 0 ] || return 0
    grep '^again: ' "$log" | sed "s|^again: \(.*\) … |\1 $1 |" || true
    if [ $status -ne 1 ]; then # neither passed nor failed: it is gone, or hangs
        echo "$1 from KSBOX_TEST_SEED=$2 on ended with $status: see $log"
    fi
    return 1
}
export -f one
export folder

share=$(((count + 4 * $(nproc) - 1) / (4 * $(nproc))))
[ $share -le 25 ] || share=25
status=0
for program in "$@"; do
    for ((seed = first; seed < first + count; seed += share)); do
        left=$((first + count - seed))
        echo "$program $seed $((left < share ? left : share))"
    done
done | xargs -P "$(nproc)" -L 1 bash -c 'one "$@"' one >"$folder/failures.txt" || status=1
cat "$folder/failures.txt"
if [ $status -eq 0 ]; then
    echo "$count seeds from $first: passed"
    [ -n "${FOLDER:-}" ] || rm -rf "$folder"
else
    echo "$count seeds from $first: FAILED; logs in $folder"
fi
exit $status
