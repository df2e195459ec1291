#!/bin/sh
# Builds the playground: the engine as WebAssembly, and one page that contains it.
#     sh experiments/playground/build.sh [FOLDER]
# writes FOLDER/playground.html (default: build/playground). Needs clang, lld and WASI's C and C++ libraries.
# Exit code 69: one of them is missing.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-build/playground}

packages='clang lld wasi-libc libc++-dev-wasm32 libclang-rt-dev-wasm32'
# Headers without code of a machine: they are the same for every target.
headers=$folder/headers
mkdir -p "$folder"
if ! echo '#include <string>' | clang++ --target=wasm32-wasi -x c++ -c - -o "$folder/probe.o" 2>"$folder/probe.txt" ||
  ! clang++ --target=wasm32-wasi -mexec-model=reactor "$folder/probe.o" -o "$folder/probe.wasm" 2>>"$folder/probe.txt"; then
  echo "The playground needs a compiler for WebAssembly. On Debian or Ubuntu:" >&2
  echo "    sudo apt-get install $packages" >&2
  echo "clang++ said: $(head -n 1 "$folder/probe.txt")" >&2
  exit 69
fi
rm -f "$folder"/probe.*
mkdir -p "$headers"
for library in /usr/include/eigen3/Eigen /usr/include/nlohmann; do
  [ ! -e "$library" ] || ln -sfn "$library" "$headers/"
done

cmake -S experiments/playground/wasm -B "$folder" -G Ninja -DCMAKE_SYSTEM_NAME=WASI -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_COMPILER_TARGET=wasm32-wasi -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY \
  -DSANDGRAD_HEADERS="$(cd "$headers" && pwd)" >"$folder/configure.txt" || { cat "$folder/configure.txt" >&2; exit 70; }
cmake --build "$folder" >&2
python3 experiments/playground/page.py "$folder/engine.wasm" "$folder/playground.html"
echo "$folder/playground.html"
