#!/bin/sh
# Builds the Python modules and the programs in build/python, and runs the tests of the modules, of
# read_run.py and of what runs write for other programs; takes the flags of ctest. Works from any directory.
# Some tests are skipped without protoc (protobuf-compiler) or Jupyter (jupyter-nbconvert, python3-ipykernel).
set -eu
cd "$(dirname "$0")/.."
. cmake/packages.sh
require "$tests_need
$python_need"
cmake --preset test -B build/python -DSANDGRAD_PYTHON=ON >/dev/null
cmake --build build/python --target sandgrad_program sandgrad64_program sandgrad_engine sandgrad64_engine >&2
exec ctest --test-dir build/python --output-on-failure --no-tests=error \
  -R '^(python|read_run|other_programs)' "$@"
