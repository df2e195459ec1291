#!/bin/sh
# Builds everything and runs every test; takes the flags of ctest. Works from any directory; names what is not installed.
set -eu
cd "$(dirname "$0")/.."
. cmake/packages.sh
require "$tests_need"
build test
exec ctest --preset test -j "$(getconf _NPROCESSORS_ONLN)" "$@"
