#!/usr/bin/env bash
# run.sh BUILD-FOLDER WORK-FOLDER: installs the build, then configures and builds consumer/ with it.
set -euo pipefail
build=$1 work=$2
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
rm -rf "$work"
cmake --install "$build" --prefix "$work/prefix" >"$work.log" || { cat "$work.log"; exit 1; }
cmake -S "$here/consumer" -B "$work/build" -G Ninja -DCMAKE_C_COMPILER=clang-19 \
    -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/build"
[ -s "$work/build/drivers/hello.sys" ] || { echo "no hello.sys"; exit 1; }
# Nothing installed may lead back to where it was built.
if grep -rIl -F "$build" "$work/prefix"; then
    echo "the files above name the build folder"
    exit 1
fi
echo "installed, found and used"
