#!/usr/bin/env bash
# run.sh [--self-test] [RULE…]: the project's own rules, for what neither the compiler nor
# clang-tidy knows. Each file in rules/ is one rule and defines:
#   reason            one sentence, printed with every finding
#   rule_files        prints the files it covers, one a line, relative to the current folder
#   rule_check        reads file names, prints findings as FILE:LINE: TEXT
#   rule_plant        writes a violating file into the current folder (self-test)
#   rule_innocent     writes a file that looks similar and is fine (self-test)
#   severity          "warning" when findings shall not fail the run
# A line is exempt when it, or the line above it, says: lint-allow(RULE): the reason.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")

# source_files FOLDER…: the C and C++ files below those of the folders that exist.
source_files() {
    local folder
    for folder in "$@"; do
        [ ! -d "$folder" ] || find "$folder" -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.c' -o -name '*.S' \)
    done | LC_ALL=C sort
}

# tracked_files: everything git tracks; in a copy without git, everything but build folders.
tracked_files() {
    git -c safe.directory='*' ls-files 2>/dev/null ||
        find . -type f -not -path './build*' -not -path './.git/*' | sed 's|^\./||'
}

# code_matches REGEX: reads file names; prints lines that match outside // comments.
code_matches() {
    xargs -r awk -v regex="$1" '
        { code = $0; sub(/\/\/.*/, "", code); if (code ~ regex) print FILENAME ":" FNR ": " $0 }'
}

# Drops findings whose line, or the line above, carries the rule's lint-allow mark.
without_allowed() {
    local finding file rest line
    while IFS= read -r finding; do
        file=${finding%%:*} rest=${finding#*:} line=${rest%%:*}
        if [[ $line =~ ^[0-9]+$ ]] && [ -f "$file" ] &&
            sed -n "$((line > 1 ? line - 1 : 1)),${line}p" "$file" | grep -qE "lint-allow\($1\): ."; then
            continue
        fi
        printf '%s\n' "$finding"
    done
}

findings() { rule_files | rule_check | without_allowed "$1"; }

load() { reason='' severity=error; source "$here/rules/$1.sh"; }

self_test() {
    local name=$1 folder
    folder=$(mktemp -d)
    (
        load "$name"; cd "$folder"
        rule_innocent
        [ -z "$(findings "$name")" ] || { echo "lint self-test: $name complains about innocent code:"; findings "$name"; exit 1; }
        rule_plant
        [ -n "$(findings "$name")" ] || { echo "lint self-test: $name misses the planted violation"; exit 1; }
    ) || { rm -rf "$folder"; return 1; }
    rm -rf "$folder"
}

check() {
    local name=$1 found
    (
        load "$name"; cd "$root"
        found=$(findings "$name")
        [ -n "$found" ] || exit 0
        printf '%s\n' "$found" | sed "s/\$/ [$name]/"
        printf '  %s: %s: %s\n' "$severity" "$name" "$reason"
        [ "$severity" = warning ]
    )
}

mode=check
[ "${1:-}" != --self-test ] || { mode=self_test; shift; }
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(cd "$here/rules" && printf '%s\n' *.sh | sed 's/\.sh$//')
status=0
for name in "${names[@]}"; do
    [ -f "$here/rules/$name.sh" ] || { echo "lint: no rule $name" >&2; exit 2; }
    "$mode" "$name" || status=1
done
exit $status
