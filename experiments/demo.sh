#!/bin/sh
# Builds the program and shows what masking gradients does: ERM, AND-mask and SAND-mask side by side. Takes
# the flags of `sandgrad demo`. Works from any directory. Names missing packages.
set -eu
cd "$(dirname "$0")/.."
. cmake/packages.sh
require "$programs_need"
build release sandgrad_program
exec build/release/sandgrad demo "$@"
