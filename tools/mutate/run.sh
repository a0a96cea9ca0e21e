#!/usr/bin/env bash
# run.sh COUNT [--seed S] [--paths PATH…]: do the tests bite? Makes COUNT small breaks in the sources,
# one at a time, in a copy of the tree (build-mutate/tree, with a build folder of its own), and runs
# the tests in simulated time until one fails. Prints what became of each, the survivors with their
# difference, and "caught X of COUNT". The same seed and sources give the same breaks.
#
# A break that does not compile is replaced by the next one and not counted; a test program that does
# not end counts as caught. PATHs are folders or files, by default src/ks, src/ksuser and src/broker;
# of folders the .cpp files are taken, a header only when it is named.
set -euo pipefail
root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
work=$root/build-mutate tree=$root/build-mutate/tree
say() { printf '%s\n' "$*" >&2; }
die() { say "mutate: $*"; exit 2; }

count='' seed=1 paths=()
while [ $# -gt 0 ]; do
    case $1 in
        --seed) [ $# -ge 2 ] || die "--seed needs a number"; seed=$2; shift ;;
        --paths) shift; while [ $# -gt 0 ] && [[ $1 != --* ]]; do paths+=("${1%/}"); shift; done; continue ;;
        [0-9]*) count=$1 ;;
        *) die "no option '$1' (COUNT [--seed S] [--paths PATH…])" ;;
    esac
    shift
done
[[ $count =~ ^[1-9][0-9]*$ ]] || die "how many breaks?"
[[ $seed =~ ^[0-9]+$ ]] || die "'$seed' is no seed"
[ ${#paths[@]} -gt 0 ] || paths=(src/ks src/ksuser src/broker)

# The programs, what kills most in the least time first.
programs=(mixer_test sysaudio_test conformance_test why_not_test ksuser_test samples_test stress_test ks_test exports_test
          portcls_test loading_test scenario_test e2e_test)
# Of what runs the ksbox command: not what builds drivers, and nothing in real time.
filter='-*/Realtime*:*_realtime:*InRealTime*:*CtrlC*:*Killed*:Net.*:Building.*:BadInput.*'

# ---- the copy ----------------------------------------------------------------------------------

# Files that are newer here than there, and no others, so that little is built again.
copy_tree() {
    mkdir -p "$tree"
    [ ! -s "$work/broken" ] || rm -f "$tree/$(cat "$work/broken")" # left by a run that was killed
    cd "$root"
    git -c safe.directory='*' ls-files -co --exclude-standard | while IFS= read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done | LC_ALL=C sort >"$work/files"
    xargs -d '\n' cp -pu --parents -t "$tree" <"$work/files"
    [ ! -s "$work/broken" ] || touch "$tree/$(cat "$work/broken")"
    rm -f "$work/broken"
    cd "$tree"
    find . -path ./build -prune -o -type f -print | sed 's|^\./||' | LC_ALL=C sort |
        LC_ALL=C comm -23 - "$work/files" | xargs -r -d '\n' rm -f
}

# lld links several times faster. What is not broken comes from ccache, if there is one.
export CCACHE_BASEDIR=$tree CCACHE_NOHASHDIR=1
build() { ninja -C "$tree/build" "$@" >"$work/build.log" 2>&1; }
# A break may leave a variable unused: no warnings (the compiler adds the option by itself).
build_broken() { CCC_OVERRIDE_OPTIONS='#+-w' build "$@"; }

prepare() {
    mkdir -p "$work"
    copy_tree
    [ -f build/build.ninja ] ||
        cmake --preset dev -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld >"$work/build.log" 2>&1 ||
        die "the copy is not configured: see $work/build.log"
    say "mutate: building the copy"
    build mutants "${programs[@]}" || die "the copy does not build: see $work/build.log"
}

# ---- running -----------------------------------------------------------------------------------

# run PROGRAM FILTER SECONDS: 0 when its tests pass. Each processor has its share of them; the first
# share that fails ends the others. Leaves that share's output in run.log.
run() {
    local shares shard status=0 first pids=()
    shares=$(nproc)
    rm -rf "$work/tmp" "$work"/run.*.log "$work/ended"
    mkfifo "$work/ended"
    exec 7<>"$work/ended"
    for ((shard = 0; shard < shares; shard++)); do
        mkdir -p "$work/tmp/$shard"
        (
            ulimit -c 0
            cd "$work/tmp/$shard"
            export TMPDIR=$PWD GTEST_TOTAL_SHARDS=$shares GTEST_SHARD_INDEX=$shard
            trap 'kill "$child" 2>/dev/null || true' TERM
            timeout -k 2 "$3" "$tree/build/bin/$1" --gtest_fail_fast --gtest_filter="$2" &
            child=$! ended=0
            wait "$child" || ended=$?
            echo "$shard $ended" >&7
        ) >"$work/run.$shard.log" 2>&1 </dev/null &
        pids+=($!)
    done
    for ((shard = 0; shard < shares && status == 0; shard++)); do
        read -r -u 7 first status
    done
    kill "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" || true
    exec 7>&-
    mv "$work/run.$first.log" "$work/run.log"
    return "$status"
}

declare -A limit
measure() {
    local program began
    for program in "${programs[@]}"; do
        began=$SECONDS
        run "$program" "$filter" 900 || die "$program fails without a break: see $work/run.log"
        limit[$program]=$((20 + 5 * (SECONDS - began)))
    done
}

# The test that failed, or that was running when the program ended.
failed_test() {
    awk '/^\[ RUN      \] /{ name = $4 } /^\[  FAILED  \] [^ ]+[,.\/]/ { name = $4; exit }
         END { sub(/,$/, "", name); print name }' "$work/run.log"
}

# try_killers FILE, then all: prints what caught the break; fails when nothing did. Tests that
# caught an earlier break of the same file come first.
catch() {
    local file=$1 program test status known
    for program in "${programs[@]}"; do
        build_broken "$program" || return 2
        known=$(awk -F'\t' -v f="$file" -v p="$program" '$1 == f && $2 == p { print $3 }' \
            "$work/killers" 2>/dev/null | tail -n 40 | sort -u | paste -sd: || true)
        status=0
        [ -z "$known" ] || run "$program" "$known" "${limit[$program]}" || status=$?
        [ $status -ne 0 ] || run "$program" "$filter" "${limit[$program]}" || status=$?
        [ $status -ne 0 ] || continue
        test=$(failed_test)
        if [ $status -eq 124 ] || [ $status -eq 137 ]; then
            echo "$program did not end: $test"
        else
            echo "$program: $test"
            [ -z "$test" ] || printf '%s\t%s\t%s\n' "$file" "$program" "$test" >>"$work/killers"
        fi
        return 0
    done
    return 1
}

restore() {
    [ -s "$work/broken" ] || return 0
    local file; file=$(cat "$work/broken")
    cp "$root/$file" "$tree/$file" && rm -f "$work/broken"
    [[ $file = *.h ]] || build "$tree/$file^" || die "$file does not build: see $work/build.log"
}

sources() {
    local path
    for path in "${paths[@]}"; do
        if [ -f "$root/$path" ]; then
            echo "$path"
        elif [ -d "$root/$path" ]; then
            (cd "$root" && find "$path" -name '*.cpp' ! -name '*_test.cpp' ! -path '*/testing/*')
        else
            die "there is no $path"
        fi
    done | LC_ALL=C sort -u
}

# One break: its line of output, and 0 caught, 1 survived, 2 does not compile.
attempt() {
    local file=$1 index=$2 line=$3 kind=$4 by status=0
    echo "$file" >"$work/broken"
    "$work/mutants" apply "$root/$file" "$index" >"$tree/$file"
    by=$(catch "$file") || status=$?
    if [ $status -eq 0 ]; then
        echo "caught    $file:$line ($kind) by $by"
    elif [ $status -eq 1 ]; then
        echo "SURVIVED  $file:$line ($kind)"
        {
            echo "$file:$line ($kind)"
            diff -U2 --label "$file" --label "$file" "$root/$file" "$tree/$file" | sed 's/^/    /' || true
            echo
        } >>"$work/survivors"
    fi
    restore
    return $status
}

mkdir -p "$work"
exec 8>"$work/lock"
flock -n 8 || die "another run is under way in $work"
mapfile -t files < <(sources)
[ ${#files[@]} -gt 0 ] || die "no sources in ${paths[*]}"
prepare
# Of the copy, but not built again while it is broken.
cp "$tree/build/bin/mutants" "$work/mutants"
trap restore EXIT
trap 'exit 130' INT TERM
measure
rm -f "$work/survivors"; : >"$work/survivors"
began=$SECONDS caught=0 done=0 uncompiled=0
cd "$root"
while [ $done -lt "$count" ] && IFS=$'\t' read -r -u 9 file index line kind; do
    status=0
    attempt "$file" "$index" "$line" "$kind" || status=$?
    case $status in
        0) caught=$((caught + 1)) done=$((done + 1)) ;;
        1) done=$((done + 1)) ;;
        *) uncompiled=$((uncompiled + 1)) ;;
    esac
done 9< <("$work/mutants" list "$seed" $((count * 3 + 20)) "${files[@]}")
if [ -s "$work/survivors" ]; then
    echo
    echo "Survivors:"
    cat "$work/survivors"
fi
echo "seed $seed, $uncompiled replaced because they do not compile, $((SECONDS - began)) s"
echo "caught $caught of $done"
[ $done -eq "$count" ] || die "there were not enough breaks"
