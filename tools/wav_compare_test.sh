#!/usr/bin/env bash
# wav_compare_test.sh PROGRAM: the proof the demo rests on must itself be able to say no.
set -euo pipefail
program=$1 folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# wav FILE RATE-BYTES DATA…: a mono 8-bit file of the given sample bytes (printf escapes).
wav() {
    local file=$1 rate=$2 data=$3 length; length=$(printf "$data" | wc -c)
    printf 'RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00'"$rate"'\x40\x1f\x00\x00\x01\x00\x08\x00data\x'"$(printf %02x "$length")"'\x00\x00\x00'"$data" >"$file"
}
expect() {
    local wanted=$1 status=0; shift
    "$program" "$@" >"$folder/out" 2>&1 || status=$?
    [ "$status" -eq "$wanted" ] || { echo "exit $status instead of $wanted: $*"; cat "$folder/out"; exit 1; }
}

wav "$folder/a" '\x40\x1f\x00\x00' 'abcd'
wav "$folder/same" '\x40\x1f\x00\x00' 'abcd'
wav "$folder/byte" '\x40\x1f\x00\x00' 'abce'
wav "$folder/short" '\x40\x1f\x00\x00' 'abc'
wav "$folder/rate" '\x80\x3e\x00\x00' 'abcd'
head -c 20 "$folder/a" >"$folder/cut"
expect 0 "$folder/a" "$folder/same"
expect 1 "$folder/a" "$folder/byte"
expect 1 "$folder/a" "$folder/short"
expect 1 "$folder/short" "$folder/a"
expect 1 "$folder/a" "$folder/rate"
expect 2 "$folder/a" "$folder/cut"
expect 2 "$folder/a" "$folder/nowhere"
echo "wav-compare tells equal from different"
