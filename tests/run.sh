#!/bin/sh
# Builds everything and runs every test; takes the flags of ctest. Works from any directory; names what is not
# installed.
set -eu
cd "$(dirname "$0")/.."
. cmake/packages.sh
require "$tests_need"
wish "$tests_may_use"
build test
# the page, where a compiler for WebAssembly is installed
sh experiments/playground/build.sh build/test/playground >/dev/null || [ $? = 69 ]
status=0
ctest --preset test -j "$(getconf _NPROCESSORS_ONLN)" "$@" || status=$?
# ctest tells which, but not why
grep -hE '^skipped: |numpy is missing' build/test/Testing/Temporary/LastTest.log >&2 || true
exit "$status"
